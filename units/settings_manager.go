package units

// ManagerSettings are the settings of system.conf and its drop-ins that matter to PID 1 of a container
// (systemd-system.conf(5)); others are known and do nothing. What a tag "for" names are the settings of units whose
// default they are, one for each settings struct; their own default is what those have.
type ManagerSettings struct {
	// DefaultEnvironment are variables for every service.
	DefaultEnvironment []string `parse:"environ" level:"enforced"`
	// DefaultTimeoutStartSec is how long starts may take.
	DefaultTimeoutStartSec Usec `parse:"sec-fix-0" level:"enforced" for:"Service.TimeoutStartSec,Socket.TimeoutSec,Mount.TimeoutSec,Swap.TimeoutSec"`
	// DefaultTimeoutStopSec is how long stops may take.
	DefaultTimeoutStopSec Usec `parse:"sec-fix-0" level:"enforced" for:"Service.TimeoutStopSec,Scope.TimeoutStopSec"`
	// DefaultTimeoutAbortSec is how long a service may take to end after the watchdog's signal.
	DefaultTimeoutAbortSec *Usec `parse:"service-timeout-abort" level:"enforced" for:"Service.TimeoutAbortSec"`
	// DefaultRestartSec is the pause before automatic restarts.
	DefaultRestartSec Usec `parse:"sec" level:"enforced" for:"Service.RestartSec"`
	// DefaultStartLimitIntervalSec is the window in which starts are counted.
	DefaultStartLimitIntervalSec Usec `parse:"sec" level:"enforced" alias:"DefaultStartLimitInterval" for:"Unit.StartLimitIntervalSec"`
	// DefaultStartLimitBurst is how many starts are allowed in it.
	DefaultStartLimitBurst uint `parse:"unsigned" level:"enforced" for:"Unit.StartLimitBurst"`
	// DefaultTimerAccuracySec is how much later than due timers may elapse.
	DefaultTimerAccuracySec Usec `parse:"sec" level:"enforced" for:"Timer.AccuracySec"`
	// DefaultStandardOutput is what descriptor 1 of services is connected to.
	DefaultStandardOutput Stdio `parse:"exec-output" level:"enforced" for:"Service.StandardOutput"`
	// DefaultStandardError is what descriptor 2 of services is connected to.
	DefaultStandardError Stdio `parse:"exec-output" level:"enforced" for:"Service.StandardError"`
	// DefaultOOMPolicy says what happens to a service of which the kernel has killed a process for want of memory.
	DefaultOOMPolicy OOMPolicy `parse:"oom-policy" level:"accepted" why:"cgroup" default:"stop"`
	// DefaultTasksMax is the most tasks of a unit.
	DefaultTasksMax Tasks `parse:"tasks-max" level:"accepted" why:"cgroup" for:"Service.TasksMax"`

	// The limits of services that set none.
	DefaultLimitCPU        *ResourceLimit `parse:"rlimit" level:"enforced" for:"Service.LimitCPU"`
	DefaultLimitFSIZE      *ResourceLimit `parse:"rlimit" level:"enforced" for:"Service.LimitFSIZE"`
	DefaultLimitDATA       *ResourceLimit `parse:"rlimit" level:"enforced" for:"Service.LimitDATA"`
	DefaultLimitSTACK      *ResourceLimit `parse:"rlimit" level:"enforced" for:"Service.LimitSTACK"`
	DefaultLimitCORE       *ResourceLimit `parse:"rlimit" level:"enforced" for:"Service.LimitCORE"`
	DefaultLimitRSS        *ResourceLimit `parse:"rlimit" level:"enforced" for:"Service.LimitRSS"`
	DefaultLimitNOFILE     *ResourceLimit `parse:"rlimit" level:"enforced" for:"Service.LimitNOFILE"`
	DefaultLimitAS         *ResourceLimit `parse:"rlimit" level:"enforced" for:"Service.LimitAS"`
	DefaultLimitNPROC      *ResourceLimit `parse:"rlimit" level:"enforced" for:"Service.LimitNPROC"`
	DefaultLimitMEMLOCK    *ResourceLimit `parse:"rlimit" level:"enforced" for:"Service.LimitMEMLOCK"`
	DefaultLimitLOCKS      *ResourceLimit `parse:"rlimit" level:"enforced" for:"Service.LimitLOCKS"`
	DefaultLimitSIGPENDING *ResourceLimit `parse:"rlimit" level:"enforced" for:"Service.LimitSIGPENDING"`
	DefaultLimitMSGQUEUE   *ResourceLimit `parse:"rlimit" level:"enforced" for:"Service.LimitMSGQUEUE"`
	DefaultLimitNICE       *ResourceLimit `parse:"rlimit" level:"enforced" for:"Service.LimitNICE"`
	DefaultLimitRTPRIO     *ResourceLimit `parse:"rlimit" level:"enforced" for:"Service.LimitRTPRIO"`
	DefaultLimitRTTIME     *ResourceLimit `parse:"rlimit" level:"enforced" for:"Service.LimitRTTIME"`
}
