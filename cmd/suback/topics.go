package main

import (
	"errors"

	"github.com/suback/suback/emulator/topic"
)

// isTopic says why a text cannot be the topic of a message.
func isTopic(text string) error {
	switch {
	case text == "":
		return errors.New("want a topic")
	case topic.HasWildcard(text):
		return errors.New("want a topic, in which there is no + and no #, as a filter has")
	}
	return nil
}

// isFilter says why a text cannot be what a client subscribes to.
func isFilter(text string) error {
	if wrong := topic.Unfit(text); wrong != "" {
		return errors.New("it " + wrong)
	}
	if text == "" {
		return errors.New("want a filter, as a/+/c")
	}
	return nil
}

// topicTo is the value of a flag that is a topic.
func topicTo(to *string) func(string) error {
	return func(text string) error {
		*to = text
		return isTopic(text)
	}
}
