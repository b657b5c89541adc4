package registry

import "slices"

// Which level counts
//
//   - disableAllLogs beats all
//   - then a level of the client, the principal, the address or a thing group,
//     in this order, for all events
//   - then that of the type of event, then the default, then V1's

// A LogSubject is what is about to be logged. What is not known is "".
type LogSubject struct {
	EventType   string // such as Publish-In
	ClientID    string
	PrincipalID string
	SourceIP    string // without port
}

// LogLevel returns the level from which on something is logged: Disabled,
// LogError, LogWarn, LogInfo or LogDebug; "" as long as nobody set any.
func (r *Registry) LogLevel(s LogSubject) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	o := &r.logging.options
	switch {
	case o.DisableAllLogs:
		return Disabled
	case o.DefaultLogLevel == "":
		return r.logging.v1.LogLevel
	}
	if level := r.resourceLevel(s); level != "" {
		return level
	}
	for _, e := range o.EventConfigurations {
		if e.EventType == s.EventType && e.LogLevel != "" {
			return e.LogLevel
		}
	}
	return o.DefaultLogLevel
}

func (r *Registry) resourceLevel(s LogSubject) string {
	levels := r.logging.levels
	if len(levels) == 0 {
		return ""
	}
	for _, t := range []LogTarget{{TargetClientID, s.ClientID}, {TargetPrincipalID, s.PrincipalID},
		{TargetSourceIP, s.SourceIP}} {
		if level, ok := levels[t]; ok {
			return level
		}
	}
	return r.groupLevel(r.loggedThing(s))
}

// groupLevel is the most verbose one of a thing's groups. A group without one
// has that of the group above.
func (r *Registry) groupLevel(thingName string) string {
	verbosity := -1
	for name := range r.groupsOf.of(thingName) {
		for _, g := range r.withParents(name) {
			if level, ok := r.logging.levels[LogTarget{TargetThingGroup, g.ThingGroupName}]; ok {
				verbosity = max(verbosity, slices.Index(logLevels, level))
				break
			}
		}
	}
	if verbosity < 0 {
		return ""
	}
	return logLevels[verbosity]
}

// loggedThing is the thing that the principal has to itself, or the one named
// like the client.
func (r *Registry) loggedThing(s LogSubject) string {
	for name, attachment := range r.thingsOf(r.arn("iot", "cert/"+s.PrincipalID)) {
		if attachment == ExclusiveThing {
			return name
		}
	}
	return s.ClientID
}
