package advise

import (
	"slices"
	"strings"

	"github.com/suback/suback/emulator/tap"
)

// How a device connects, and comes again

// judgeConnect wants a CONNECT that is let in.
func judgeConnect(name string, h history, _ Settings) Verdict {
	connects, acks := h.of("client", "CONNECT"), h.of("gateway", "CONNACK")
	switch {
	case len(connects) == 0:
		return notSeen("start "+name+", and have it connect to this gateway with that client id",
			"%s has sent no CONNECT", name)
	case h.admitted() > 0:
		return passed("%s connects: %s", name, said(connects[len(connects)-1]))
	case len(acks) > 0:
		return failed("see suback watch --client "+name, "%s is refused: %s", name, said(acks[len(acks)-1]))
	}
	return failed("see suback watch --client "+name, "%s sent %d CONNECTs and was not let "+
		"in", name, len(connects))
}

// judgeDelay wants a second at least until the device comes again.
func judgeDelay(name string, h history, s Settings) Verdict {
	delays := h.returns()
	if len(delays) == 0 {
		return lostDevice(name)
	}
	if least := slices.Min(delays); least < s.Shortest {
		return failed("let it wait a second or more before it connects again, whatever ended the connection",
			"%s came again %s after the gateway had ended its connection, sooner than %s", name, seconds(least),
			seconds(s.Shortest))
	}
	return passed("%s came again after %s", name, inWords(delays))
}

// lostDevice is the verdict on a device that does not come again.
func lostDevice(name string) Verdict {
	return failed("have it connect again by itself when its connection ends, or when a CONNECT is not answered",
		"%s did not come again", name)
}

// judgeReturns wants back-off between the ends of connections and the CONNECTs after them.
func judgeReturns(name string, h history, s Settings) Verdict {
	delays := h.returns()
	if len(delays) < s.Attempts {
		return tooFew(name, h, len(delays), s)
	}
	return judgeDelays(name, delays[:s.Attempts], s)
}

// judgeHeld wants back-off between CONNECTs that are not answered; exponential is enough for
// the one case, with jitter is wanted for the other.
func judgeHeld(name string, h history, s Settings) Verdict {
	delays := h.intervals()
	if len(delays) < s.Attempts {
		return tooFew(name, h, len(delays), s)
	}
	return judgeDelays(name, delays[:s.Attempts], s)
}

func judgeHeldExponential(name string, h history, s Settings) Verdict {
	delays := h.intervals()
	if len(delays) < s.Attempts {
		return tooFew(name, h, len(delays), s)
	}
	return judgeExponential(name, delays[:s.Attempts], s)
}

// tooFew is the verdict on a device that has not come as often as it takes to judge it.
func tooFew(name string, h history, got int, s Settings) Verdict {
	if got == 0 {
		if len(h.of("client", "CONNECT")) > 0 {
			return failed("have it give up a CONNECT that is not answered within some seconds, and try again",
				"%s waited for a CONNACK and did not try again", name)
		}
		return lostDevice(name)
	}
	return notSeen("give it more time with --timeout, or fewer attempts with --attempts; what is too slow to "+
		"be judged harms nobody", "%s came again %d times of the %d that it takes to judge its back-off", name, got,
		s.Attempts)
}

// judgeReplaced wants a device that gives way to another one with its client id.
func judgeReplaced(name string, h history, s Settings) Verdict {
	const hint = "two devices with one client id end each other's connections for ever: let it wait longer " +
		"each time that it is replaced, and say so in its log; MQTT 5 tells it by DISCONNECT 0x8E"
	delays := h.returns()
	switch {
	case len(delays) == 0:
		return passed("%s gave way: it did not come again after another client had taken its id", name)
	case slices.Min(delays) < s.Shortest:
		return failed(hint, "%s fights for its client id: it came again after %s, sooner than %s", name,
			inWords(delays), seconds(s.Shortest))
	case len(delays) < 2 || delays[len(delays)-1] > delays[0]+noiseOf(delays, s):
		return passed("%s backs off from another client with its id: it came again after %s", name, inWords(delays))
	}
	return warned(hint, "%s would fight for its client id for ever, if slowly: it came again after %s", name,
		inWords(delays))
}

// judgeCertificate wants that nothing comes over a connection whose certificate was flawed. That it was
// the device that refused it is known only if it stays away no longer by itself, and nobody else
// was shown it.
func judgeCertificate(name, flaw string, h history, s showing) Verdict {
	const alone = "run this with the one device alone on its machine, or have it connect by another server name " +
		"than the others, as that of an account of its own with --account"
	if p, ok := h.find(func(p tap.Packet) bool { return p.Type == "CONNECT" && p.Flaw != 0 }); ok {
		return failed("have it check the server's certificate against the CA that it has, with dates and host "+
			"name, and end the connection otherwise: whoever is between it and AWS could read what it "+
			"sends",
			"%s went on with a certificate that is %s: it sent %s", name, flaw, said(p))
	}
	switch {
	case s.struck == 0:
		return notSeen("have it connect again while this case runs, or give it more time with --timeout",
			"%s has not tried to connect while the gateway's certificate was %s", name, flaw)
	case !s.whole:
		return notSeen("give it more time with --timeout: this takes twice as long as it stays away, and some "+
			"seconds", "%s may have stayed away by itself while the gateway's certificate was %s", name, flaw)
	case !s.returned:
		return notSeen("have it connect again by itself, however often it was refused before, or give it more time "+
			"with --timeout", "%s did not come again after the gateway's certificate had been %s: it is not known "+
			"whether it was the one that refused it", name, flaw)
	case len(s.others) > 0:
		return notSeen(alone, "a certificate that is %s was refused, but not only %s comes from its address by its "+
			"server name: %s, too", flaw, name, strings.Join(s.others, ", "))
	}
	return passed("%s refused a certificate that is %s, each of %d times", name, flaw, s.struck)
}
