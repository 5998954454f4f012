package firstrun

// Progress is told how far work has come. Its methods are called from several goroutines.
type Progress interface {
	Start(what string, entries int, bytes int64)
	Add(entries int, bytes int64)
	Done()
}

// Silent is the Progress that nobody sees.
type Silent struct{}

// Start does nothing.
func (Silent) Start(string, int, int64) {}

// Add does nothing.
func (Silent) Add(int, int64) {}

// Done does nothing.
func (Silent) Done() {}
