package stack

// Logging.

const logLevels = "v2LoggingLevels"

func loggingKind() kind {
	return kind{silent: []string{"AccountId"}, take: func(r *resource) {
		if len(r.t.out.entries[singleKey]) > 0 {
			r.leave("there is one already, and an account has one")
			return
		}
		e := r.add(singleKey, "")
		if !r.fill(e, "RoleArn! DefaultLogLevel! EventConfigurations:names") {
			r.t.out.remove(singleKey, e)
		}
	}}
}

func logLevelKind() kind {
	return kind{take: func(r *resource) {
		e, target := r.add(logLevels, ""), &entry{node: mapping()}
		if !r.fill(e, "LogLevel!") || !r.fill(target, "TargetType! TargetName!") {
			r.t.out.remove(logLevels, e)
			return
		}
		e.set("logTarget", target.node)
	}}
}
