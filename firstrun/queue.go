package firstrun

import (
	"cmp"
	"sync"
)

// atOnce does several things at a time, or, for one worker, one after the other. It gives the first error, in the order
// of the things.
func atOnce(workers int, things ...func() error) error {
	errs := make([]error, len(things))
	var wait sync.WaitGroup
	for i, do := range things {
		if workers == 1 {
			errs[i] = do()
			continue
		}
		wait.Go(func() { errs[i] = do() })
	}
	wait.Wait()
	return cmp.Or(errs...)
}

// queue is work that workers share and add to. It ends when all that was pushed is done, or one has failed.
type queue[T any] struct {
	mu     sync.Mutex
	more   *sync.Cond
	items  []T
	open   int // pushed and not done
	pushed int
	err    error
}

func newQueue[T any]() *queue[T] {
	q := &queue[T]{}
	q.more = sync.NewCond(&q.mu)
	return q
}

func (q *queue[T]) push(item T) {
	q.mu.Lock()
	q.items = append(q.items, item)
	q.open++
	q.pushed++
	q.mu.Unlock()
	q.more.Signal()
}

// pop waits for work; the last that was pushed comes first, so that few directories are open at a time.
func (q *queue[T]) pop() (item T, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.items) == 0 && q.open > 0 && q.err == nil {
		q.more.Wait()
	}
	if len(q.items) == 0 || q.err != nil {
		return item, false
	}
	item = q.items[len(q.items)-1]
	q.items = q.items[:len(q.items)-1]
	return item, true
}

// done says that what was popped has been dealt with.
func (q *queue[T]) done() {
	q.mu.Lock()
	q.open--
	over := q.open == 0
	q.mu.Unlock()
	if over {
		q.more.Broadcast()
	}
}

// fail ends the work; the first error is kept.
func (q *queue[T]) fail(err error) {
	q.mu.Lock()
	if q.err == nil {
		q.err = err
	}
	q.mu.Unlock()
	q.more.Broadcast()
}
