package control

import (
	"context"
	"errors"

	"github.com/suback/suback/emulator/registry"
)

// Tags of certificates: those of the registry, under ACM's names of errors.

// A certificateTag has a value only if it is wanted.
type certificateTag struct {
	Key   string  `json:"Key"`
	Value *string `json:"Value,omitempty"`
}

// tagsByKey are tags as the registry has them.
func tagsByKey(tags []certificateTag) map[string]string {
	m := map[string]string{}
	for _, t := range tags {
		m[t.Key] = ""
		if t.Value != nil {
			m[t.Key] = *t.Value
		}
	}
	return m
}

// tagRefusal gives an error about tags ACM's name.
func tagRefusal(err error) error {
	var e *registry.Error
	if !errors.As(err, &e) {
		return err
	}
	name := map[string]string{registry.LimitExceeded: "TooManyTagsException",
		registry.InvalidRequest: "InvalidTagException"}[codeOf(err)]
	if name == "" {
		return err
	}
	return refuse(name, "%s", e)
}

type certificateTags struct {
	CertificateArn string           `json:"CertificateArn"`
	Tags           []certificateTag `json:"Tags"`
}

func (a *api) addTagsToCertificate(_ context.Context, in certificateTags) (none, error) {
	if _, err := a.serverCertificate(in.CertificateArn); err != nil {
		return none{}, err
	}
	return none{}, tagRefusal(a.registry.TagResource(in.CertificateArn, tagsByKey(in.Tags)))
}

// removeTagsFromCertificate removes those whose value is the one given, if one
// is.
func (a *api) removeTagsFromCertificate(_ context.Context, in certificateTags) (none, error) {
	if _, err := a.serverCertificate(in.CertificateArn); err != nil {
		return none{}, err
	}
	have, err := a.registry.Tags(in.CertificateArn)
	if err != nil {
		return none{}, err
	}
	var keys []string
	for _, t := range in.Tags {
		if t.Value == nil || *t.Value == have[t.Key] {
			keys = append(keys, t.Key)
		}
	}
	return none{}, a.registry.UntagResource(in.CertificateArn, keys)
}

type listCertificateTagsOutput struct {
	Tags []certificateTag `json:"Tags"`
}

func (a *api) listTagsForCertificate(
	_ context.Context, in serverCertificateARN,
) (listCertificateTagsOutput, error) {
	if _, err := a.serverCertificate(in.CertificateArn); err != nil {
		return listCertificateTagsOutput{}, err
	}
	tags, err := a.registry.Tags(in.CertificateArn)
	out := listCertificateTagsOutput{[]certificateTag{}}
	for _, key := range sortedKeys(tags) {
		value := tags[key]
		out.Tags = append(out.Tags, certificateTag{key, &value})
	}
	return out, err
}
