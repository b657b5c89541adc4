package registry

import (
	"maps"
	"slices"
	"strings"
)

// Levels of single resources

// The types of a LogTarget. TargetDefault is the account, and has no name.
const (
	TargetDefault     = "DEFAULT"
	TargetThingGroup  = "THING_GROUP"
	TargetClientID    = "CLIENT_ID"
	TargetSourceIP    = "SOURCE_IP"
	TargetPrincipalID = "PRINCIPAL_ID"
)

// A LogTarget is what a level of its own is for.
type LogTarget struct {
	TargetType string
	TargetName string
}

// A LogTargetLevel is the level of a LogTarget.
type LogTargetLevel struct {
	LogTarget
	LogLevel string
}

// SetLogLevel gives a target a level of its own. The error is an *Error.
func (r *Registry) SetLogLevel(t LogTarget, level string) error {
	_, err := quietly(r, func() (struct{}, error) {
		if err := firstOf(r.wantLogging(), t.check(),
			logKind.invalid("level", "logLevel", wantOneOf(level, logLevels...))); err != nil {
			return struct{}{}, err
		}
		if t.TargetType == TargetDefault {
			o := r.logging.options
			o.DefaultLogLevel = level
			r.logging.setOptions(o)
			return struct{}{}, nil
		}
		r.logging.setLevel(t, level)
		return struct{}{}, nil
	})
	return err
}

func (t LogTarget) check() error {
	name := ""
	if t.TargetName == "" && t.TargetType != TargetDefault {
		name = "is missing, want the name of a " + t.TargetType
	}
	return firstOf(
		logKind.invalid("level", "targetType",
			wantOneOf(t.TargetType, TargetDefault, TargetThingGroup, TargetClientID, TargetSourceIP,
				TargetPrincipalID)),
		logKind.invalid("level", "targetName", name),
	)
}

// DeleteLogLevel takes a target's own level away; without one nothing happens.
// The error is an *Error: the default level can only be changed.
func (r *Registry) DeleteLogLevel(t LogTarget) error {
	_, err := quietly(r, func() (struct{}, error) {
		if t.TargetType == TargetDefault {
			return struct{}{}, logKind.invalid("level", "targetType", "is DEFAULT, want "+
				strings.Join([]string{TargetThingGroup, TargetClientID, TargetSourceIP, TargetPrincipalID}, " or "))
		}
		if err := t.check(); err != nil {
			return struct{}{}, err
		}
		r.logging.deleteLevel(t)
		return struct{}{}, nil
	})
	return err
}

// LogLevels returns the levels of all targets, the default first, the others
// sorted by type and name. The error is an *Error as long as there are no
// options.
func (r *Registry) LogLevels() ([]LogTargetLevel, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if err := r.wantLogging(); err != nil {
		return nil, err
	}
	list := []LogTargetLevel{{LogTarget{TargetType: TargetDefault}, r.logging.options.DefaultLogLevel}}
	for _, t := range slices.SortedFunc(maps.Keys(r.logging.levels), func(a, b LogTarget) int {
		return strings.Compare(a.TargetType+" "+a.TargetName, b.TargetType+" "+b.TargetName)
	}) {
		list = append(list, LogTargetLevel{t, r.logging.levels[t]})
	}
	return list, nil
}
