package advise

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// How a device's delays grow. Device Advisor tells jitter, strictly exponential, linear and
// constant back-off apart; by which numbers is not documented: those here are [guess].
type growth int

const (
	tight       growth = iota // all of them are shorter than Settings.Shortest
	constant                  // they are the same, or grow once at most
	linear                    // they grow by the same each time
	exponential               // they grow by a factor that is the same each time
	jittered                  // they grow on the whole, each by something else
	irregular                 // they differ, and do not grow
)

const (
	leastFactor = 1.25 // below which growth is not exponential [guess]
	sameFactor  = 0.25 // by which share factors may differ that are meant to be the same [guess]
	leastGrowth = 1.5  // of the mean of the later half over that of the earlier one [guess]
)

// growthOf tells how at least 3 delays grow. It looks at their differences, so that a time which
// is in all of them, such as that for a CONNACK, does not matter.
func growthOf(delays []time.Duration, s Settings) growth {
	if slices.Max(delays) < s.Shortest {
		return tight
	}
	var steps []time.Duration
	for i := 1; i < len(delays); i++ {
		steps = append(steps, delays[i]-delays[i-1])
	}
	for len(steps) > 0 && steps[len(steps)-1].Abs() <= noiseOf(delays, s) { // it has come to its bound
		steps = steps[:len(steps)-1]
	}
	switch {
	case len(steps) == 0, len(steps) == 1 && len(delays) > 2 && steps[0] > 0:
		return constant
	case areSame(steps, noiseOf(delays, s)):
		return linear
	case growByFactor(steps):
		return exponential
	case mean(delays[len(delays)/2:]) >= leastGrowth*mean(delays[:len(delays)/2]):
		return jittered
	}
	return irregular
}

// noiseOf is by how much delays may differ that are meant to be the same.
func noiseOf(delays []time.Duration, s Settings) time.Duration {
	const share = 0.02 // of a timer [guess]
	return max(s.Noise, time.Duration(share*float64(slices.Max(delays))))
}

func areSame(steps []time.Duration, noise time.Duration) bool {
	return slices.Min(steps) > 0 && slices.Max(steps)-slices.Min(steps) <= 2*noise
}

// growByFactor reports whether each step is the one before times a factor, the same each time.
func growByFactor(steps []time.Duration) bool {
	if slices.Min(steps) <= 0 || len(steps) < 2 {
		return false
	}
	var factors []float64
	for i := 1; i < len(steps); i++ {
		factors = append(factors, float64(steps[i])/float64(steps[i-1]))
	}
	if len(factors) > 1 && factors[len(factors)-1] < 1 { // its last step was to its bound
		factors = factors[:len(factors)-1]
	}
	least, most := slices.Min(factors), slices.Max(factors)
	return least >= leastFactor && most-least <= sameFactor*least
}

func mean(all []time.Duration) float64 {
	sum := 0.0
	for _, d := range all {
		sum += float64(d)
	}
	return sum / math.Max(1, float64(len(all)))
}

// inWords are delays for a person.
func inWords(delays []time.Duration) string {
	said := make([]string, len(delays))
	for i, d := range delays {
		said[i] = seconds(d)
	}
	return strings.Join(said, ", ")
}

// seconds is a time for a person.
func seconds(d time.Duration) string {
	switch {
	case d < 100*time.Millisecond:
		return fmt.Sprintf("%.3f s", d.Seconds())
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return fmt.Sprintf("%.0f s", d.Seconds())
}

const backOff = "let it wait longer after each attempt, up to a bound, and each time somewhat more or " +
	"less by chance: AWS takes one CONNECT a second from a client id, and devices that all come back at " +
	"once keep each other out"

// judgeDelays is the verdict of the cases that want back-off with jitter.
func judgeDelays(name string, delays []time.Duration, s Settings) Verdict {
	said := inWords(delays)
	switch growthOf(delays, s) {
	case tight:
		return failed(backOff, "%s does not back off: it came again after %s, always sooner than %s", name, said,
			seconds(s.Shortest))
	case constant:
		return failed(backOff, "%s waits the same each time: it came again after %s", name, said)
	case linear:
		return failed(backOff, "%s waits longer by the same each time: it came again after %s", name, said)
	case exponential:
		return warned("add jitter: let each delay be longer or shorter by chance, so that devices that were cut "+
			"off together do not come back together",
			"%s backs off exponentially, without jitter: it came again after %s",
			name, said)
	case irregular:
		return warned(backOff, "%s waits by chance, and not longer as it fails again: it came again after %s", name,
			said)
	}
	return passed("%s backs off with jitter: it came again after %s", name, said)
}

// judgeExponential is the verdict of the case that wants exponential back-off.
func judgeExponential(name string, delays []time.Duration, s Settings) Verdict {
	if growthOf(delays, s) == exponential {
		return passed("%s backs off exponentially: it came again after %s", name, inWords(delays))
	}
	return judgeDelays(name, delays, s)
}
