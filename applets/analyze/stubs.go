package analyze

func (o *options) time([]string) error             { return nil }
func (o *options) blame([]string) error            { return nil }
func (o *options) criticalChain([]string) error    { return nil }
func (o *options) plot([]string) error             { return nil }
func (o *options) dot([]string) error              { return nil }
func (o *options) dump([]string) error             { return nil }
func (o *options) verify([]string) error           { return nil }
func (o *options) security([]string) error         { return nil }
func (o *options) logLevel([]string) error         { return nil }
func (o *options) logTarget([]string) error        { return nil }
func (o *options) serviceWatchdogs([]string) error { return nil }
func (o *options) fdStore([]string) error          { return nil }
