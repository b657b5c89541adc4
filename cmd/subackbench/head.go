package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// head says where and how the table was measured.
func (l *lab) head(s settings) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %d CPUs, %s, %s. %s\n", kernel(), runtime.NumCPU(), runtime.Version(),
		l.mosquittoVersion(), busy(loadAverage()))
	if l.broker == noCPU {
		fmt.Fprintf(&b, "Broker and generator are tied to no CPU of their own, so they disturb each other.\n")
	} else {
		fmt.Fprintf(&b, "Whatever is measured is on CPU %d, the generator on CPU %d.\n", l.broker, l.generator)
	}
	fmt.Fprintf(&b, "Medians (least–most) of %d runs each, in turn, of those that are slow %d, %g s counted. "+
		"The ratio is Suback's figure divided by Mosquitto's, of neighbours.\n\n",
		s.pairs, min(s.pairs, slowPairs), s.seconds)
	return b.String() + tableHead
}

func (l *lab) mosquittoVersion() string {
	if l.mosquitto == "" {
		return "no Mosquitto (apt-get install mosquitto)"
	}
	out, _ := exec.Command(l.mosquitto, "-h").Output() // its exit code is 3
	first, _, _ := strings.Cut(string(out), "\n")
	return first
}

// loadAverage is the system's of the last minute; negative: not known.
func loadAverage() float64 {
	text, _ := os.ReadFile("/proc/loadavg")
	var average float64
	if _, err := fmt.Sscan(string(text), &average); err != nil {
		return -1
	}
	return average
}

// busy says what a load average before the measuring means for the figures.
func busy(average float64) string {
	switch {
	case average < 0:
		return ""
	case average > 1:
		return fmt.Sprintf("The machine was busy before (load average %.1f): figures are low, and ratios far apart.", average)
	}
	return fmt.Sprintf("The machine was quiet before (load average %.1f).", average)
}
