package analyze

func (o *options) security([]string) error { return nil }
