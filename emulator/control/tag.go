package control

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/registry"
)

// Tags
//
//   - of a resource that does not exist there are none; to tag it is an error
//     [A-332, guess but for authorizers]
//   - an ARN that is none of AWS IoT's is refused
//   - an operation that creates something takes tags too

func (s *service) tagOperations() operations {
	return operations{
		"TagResource":         register(s.tagResource),
		"UntagResource":       register(s.untagResource),
		"ListTagsForResource": register(s.listTagsForResource),
	}
}

// A tag has capital letters, unlike everything else of AWS IoT.
type tag struct {
	Key   string `json:"Key"`
	Value string `json:"Value"`
}

type tagResourceInput struct {
	ResourceArn string `json:"resourceArn"`
	Tags        []tag  `json:"tags"`
}

func (s *service) tagResource(_ context.Context, in tagResourceInput) (none, error) {
	if err := checkARN(in.ResourceArn); err != nil {
		return none{}, err
	}
	return none{}, s.registry.TagResource(in.ResourceArn, asMap(in.Tags))
}

func asMap(tags []tag) map[string]string {
	m := map[string]string{}
	for _, t := range tags {
		m[t.Key] = t.Value
	}
	return m
}

// tagNew gives a resource the tags that it was created with. If they are refused
// the resource must not be there: undo removes it.
func (s *service) tagNew(arn string, tags []tag, undo func() error) error {
	if len(tags) == 0 {
		return nil
	}
	err := s.registry.TagResource(arn, asMap(tags))
	if err != nil {
		return errors.Join(err, undo())
	}
	return nil
}

// checkARN wants arn:<partition>:iot:<region>:<account>:<type>/<name>.
func checkARN(arn string) error {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[2] != "iot" || parts[3] == "" ||
		!strings.Contains(parts[5], "/") {
		return refuse(invalidRequest, "Invalid resource ARN: %s", arn)
	}
	return nil
}

type untagResourceInput struct {
	ResourceArn string   `json:"resourceArn"`
	TagKeys     []string `json:"tagKeys"`
}

func (s *service) untagResource(_ context.Context, in untagResourceInput) (none, error) {
	if err := checkARN(in.ResourceArn); err != nil {
		return none{}, err
	}
	return none{}, s.registry.UntagResource(in.ResourceArn, in.TagKeys)
}

type listTagsInput struct {
	listing
	ResourceArn string `json:"resourceArn"`
}

type listTagsOutput struct {
	Tags      []tag  `json:"tags"`
	NextToken string `json:"nextToken,omitempty"`
}

func (s *service) listTagsForResource(_ context.Context, in listTagsInput) (listTagsOutput, error) {
	if err := checkARN(in.ResourceArn); err != nil {
		return listTagsOutput{}, err
	}
	tags, err := s.registry.Tags(in.ResourceArn)
	var e *registry.Error
	if err != nil && !(errors.As(err, &e) && e.Code == registry.NotFound) {
		return listTagsOutput{}, err
	}
	list := []tag{}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		list = append(list, tag{key, tags[key]})
	}
	part, next, err := page("ListTagsForResource", in.listing, list, func(t tag) string { return t.Key },
		ascending)
	return listTagsOutput{part, next}, err
}
