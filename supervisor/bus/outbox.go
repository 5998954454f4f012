package bus

import "sync"

// Bounds of what waits for a client to read it. systemd allows 384 Ki messages.
const (
	queueMax      = 64 << 10
	queueMaxOther = 4 << 10
	// batchMax is how many messages are written in one go.
	batchMax = 64
)

// outbox is the queue between all who have something to tell a client and the goroutine that writes it. It never
// makes anybody wait but the connection's own goroutines: what does not fit closes it.
type outbox struct {
	mu      sync.Mutex
	changed sync.Cond // something was put or taken, or it was closed
	queue   []*packet
	max     int
	answers int // replies that were put and not written
	closed  bool
}

func (o *outbox) init(privileged bool) {
	o.changed.L = &o.mu
	o.max = queueMaxOther
	if privileged {
		o.max = queueMax
	}
}

// put queues a packet.
func (o *outbox) put(p *packet) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		p.drop()
		return
	}
	if len(o.queue) >= o.max {
		p.drop()
		o.end()
	} else {
		o.queue = append(o.queue, p)
		if p.done != nil {
			o.answers++
		}
	}
	o.changed.Broadcast()
}

// take waits for packets and takes what there is, up to a number; none when there will be none.
func (o *outbox) take() []*packet {
	o.mu.Lock()
	defer o.mu.Unlock()
	for len(o.queue) == 0 && !o.closed {
		o.changed.Wait()
	}
	n := min(len(o.queue), batchMax)
	batch := o.queue[:n:n]
	if o.queue = o.queue[n:]; len(o.queue) == 0 {
		o.queue = nil
	}
	return batch
}

// answered is told that a reply was written.
func (o *outbox) answered() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.answers--
	o.changed.Broadcast()
}

// waitRoom waits until few enough replies wait to be read by the client; false when the queue is closed.
func (o *outbox) waitRoom() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	for o.answers >= answersMax && !o.closed {
		o.changed.Wait()
	}
	return !o.closed
}

func (o *outbox) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.end()
	o.changed.Broadcast()
}

// end drops what is queued.
func (o *outbox) end() {
	for _, p := range o.queue {
		p.drop()
	}
	o.closed, o.queue = true, nil
}
