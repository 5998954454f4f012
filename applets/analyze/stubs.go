package analyze

func (o *options) verify([]string) error   { return nil }
func (o *options) security([]string) error { return nil }
