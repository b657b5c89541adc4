package stack

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"strings"

	"github.com/suback/suback/emulator/tree"
)

// What resources are called: Ref and Fn::GetAtt
//
//   - a resource without a name of its own is called by its logical id, where AWS adds the
//     stack's name and letters at random
//   - what AWS makes up is not known: the id of a destination, of a key, of a network

// ref is Ref.
func (t *template) ref(v *tree.Value, at tree.Spot) *tree.Value {
	name, ok := scalar(v)
	if !ok {
		return unknown(at, "Ref wants a name")
	}
	return t.named(name, at)
}

// named is what a name alone stands for.
func (t *template) named(name string, at tree.Spot) *tree.Value {
	if strings.HasPrefix(name, "AWS::") {
		return t.pseudo(name, at)
	}
	if p := t.parameters[name]; p != nil {
		return t.parameter(name, p, at)
	}
	if id, of, is := strings.Cut(name, "."); is && (of == "Alias" || of == "Version") {
		return t.published(id, at)
	}
	if t.resources[name] == nil && !t.spend(len(t.ids)/textUnit) {
		for _, id := range t.ids {
			alias, _ := scalar(t.resources[id].body.Path("Properties", "AutoPublishAlias"))
			if alias != "" && name == id+"Alias"+alias {
				return t.published(id, at)
			}
		}
	}
	return t.attribute(name, "", at)
}

// published is the alias or the version that SAM makes of a function: the function itself.
func (t *template) published(id string, at tree.Spot) *tree.Value {
	r := t.resources[id]
	if r != nil && r.body.Path("Properties", "AutoPublishAlias") == nil {
		return unknown(at, "%s has no AutoPublishAlias", r)
	}
	return t.attribute(id, "Alias", at)
}

// getAtt is Fn::GetAtt, of a list or of a text with a dot.
func (t *template) getAtt(v *tree.Value, at tree.Spot) *tree.Value {
	if id, attribute, ok := strings.Cut(v.Text, "."); ok && v.Kind == tree.Text {
		return t.attribute(id, attribute, at)
	}
	id, of, ok := pair(v)
	if !ok {
		return unknown(at, "Fn::GetAtt wants a resource and an attribute")
	}
	attribute, known := scalar(t.resolve(of))
	name, isName := scalar(id)
	if !known || !isName {
		return unknown(at, "Fn::GetAtt wants a resource and an attribute")
	}
	return t.attribute(name, attribute, at)
}

// attribute is what a resource's attribute stands for; "" is what Ref does.
func (t *template) attribute(id, attribute string, at tree.Spot) *tree.Value {
	r := t.resources[id]
	switch {
	case r == nil:
		return unknown(at, "there is no %s in the template", tree.Clip(id))
	case r.asked:
		return unknown(at, "%s refers to itself", r)
	}
	r.asked = true
	defer func() { r.asked = false }()
	if !r.isMade() {
		return unknown(at, "%s is not made", r)
	}
	if k, known := r.t.out.kinds[r.kind]; known && k.attribute != nil {
		if got := k.attribute(r, attribute, at); got != nil {
			return got
		}
	} else if got := r.foreign(attribute, at); got != nil {
		return got
	}
	if attribute == "" {
		return unknown(at, "the id of %s is known once it is deployed", r)
	}
	return unknown(at, "%s of %s is known once it is deployed", tree.Clip(attribute), r)
}

// name is what a resource is called: what a property says, or else its logical id.
func (r *resource) name(property string) (string, *tree.Value) {
	v := r.t.resolve(r.body.Path("Properties", property))
	if v == nil || isNoValue(v) {
		return r.id, nil
	}
	text, ok := scalar(v)
	if !ok {
		return "", orElse(opaqueIn(v), v, "want a text as "+property)
	}
	return text, nil
}

// An attributes says what Ref and Fn::GetAtt are for a resource of a kind; nil if that is not
// known here.
type attributes func(r *resource, attribute string, at tree.Spot) *tree.Value

// byName is for resources whose Ref is their name, and whose ARN ends with it.
func byName(property, service, prefix, arnAttribute string) attributes {
	return func(r *resource, attribute string, at tree.Spot) *tree.Value {
		name, why := r.name(property)
		switch {
		case why != nil:
			return why
		case attribute == "" || attribute == property:
			return made(at, name)
		case attribute == arnAttribute:
			return made(at, r.t.out.arn(service, prefix+name))
		}
		return nil
	}
}

// arn is one of this account.
func (o *output) arn(service, resource string) string {
	region := o.options.Region
	if service == "iam" {
		region = ""
	}
	if service == "s3" {
		return "arn:" + o.partition + ":s3:::" + resource
	}
	return strings.Join([]string{"arn", o.partition, service, region, o.options.Account, resource}, ":")
}

// suffix is what names of AWS's hosts end with.
func (o *output) suffix() string {
	if o.partition == "aws-cn" {
		return "amazonaws.com.cn"
	}
	return "amazonaws.com"
}

// byPEM is for certificates: their id is a digest of them.
func byPEM(property, prefix string) attributes {
	return func(r *resource, attribute string, at tree.Spot) *tree.Value {
		v := r.t.resolve(r.body.Path("Properties", property))
		if o := opaqueIn(v); o != nil {
			return o
		}
		text, _ := scalar(v)
		id := certificateID(text)
		switch {
		case id == "":
			return nil
		case attribute == "" || attribute == "Id":
			return made(at, id)
		case attribute == "Arn":
			return made(at, r.t.out.arn("iot", prefix+id))
		}
		return nil
	}
}

// certificateID is the id that AWS IoT gives to a certificate; "" for what is none.
func certificateID(text string) string {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return ""
	}
	sum := sha256.Sum256(block.Bytes)
	return hex.EncodeToString(sum[:])
}
