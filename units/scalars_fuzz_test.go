package units

import (
	"slices"
	"testing"
)

// FuzzScalars holds each value that is accepted against its own written form.
func FuzzScalars(f *testing.F) {
	for _, s := range []string{"yes", "1.5G 3K", "16E", "0755", "12.34%", "5‰", "-5", "0x1f", "SIGRTMIN+3", "RTMAX-1",
		"1:2", "infinity", "0-3,5 7", "[::1]:80%lo", "1.2.3.4:80", "vsock::1", "@abstract", "8080", "/run/x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if sig, err := ParseSignal(s); err == nil {
			if again, err := ParseSignal(SignalName(sig)); again != sig || err != nil {
				t.Errorf("%q is signal %d, written %q, read %d, %v", s, sig, SignalName(sig), again, err)
			}
		}
		for _, setting := range []string{"LimitNOFILE", "LimitCORE", "LimitCPU", "LimitRTTIME", "LimitNICE"} {
			l, err := ParseResourceLimit(setting, s)
			if err != nil {
				continue
			}
			if again, err := ParseResourceLimit(setting, l.String()); again != l || err != nil {
				t.Errorf("%s=%q is %v, read %v, %v", setting, s, l, again, err)
			}
		}
		if set, err := ParseCPUSet(s); err == nil {
			if again, err := ParseCPUSet(FormatCPUSet(set)); !slices.Equal(again, set) || err != nil {
				t.Errorf("%q are CPUs %v, read %v, %v", s, set, again, err)
			}
		}
		if a, err := ParseSocketAddress(s); err == nil {
			if again, err := ParseSocketAddress(a.String()); again != a || err != nil {
				t.Errorf("%q is %s, read %s, %v", s, a, again, err)
			}
		}
		if v, err := ParseInt(s, 32); err == nil && (v < -1<<31 || v >= 1<<31) {
			t.Errorf("%q is %d, which has more than 32 bits", s, v)
		}
		if v, err := ParseUint(s, 16); err == nil && v >= 1<<16 {
			t.Errorf("%q is %d, which has more than 16 bits", s, v)
		}
		if m, err := ParseMode(s); err == nil && m > 0o7777 {
			t.Errorf("%q is mode %o", s, m)
		}
		if v, err := ParsePermyriad(s); err == nil && (v < 0 || v > 10000) {
			t.Errorf("%q is %d of ten thousand", s, v)
		}
		_, _ = ParseBytes(s)
		_, _ = ParseBool(s)
		_, _ = ParsePath(s)
	})
}

func FuzzVersions(f *testing.F) {
	f.Add("1.0~rc1", "1.0")
	f.Add("007", "7^1")
	f.Fuzz(func(t *testing.T, a, b string) {
		if CompareVersions(a, a) != 0 {
			t.Errorf("%q differs from itself", a)
		}
		if CompareVersions(a, b) != -CompareVersions(b, a) {
			t.Errorf("%q and %q are ordered differently the other way round", a, b)
		}
	})
}
