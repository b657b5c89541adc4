package unserved

import (
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/suback/suback/emulator/sigv4"
	"github.com/suback/suback/emulator/transport"
)

// What a request says of itself
//
//   - the service: by the credential scope of a signature in the header or the
//     query, by X-Amz-Target, by a host <service>.<region>.amazonaws.com, or by
//     Action= in the query or a form, which names no service
//   - the operation: by X-Amz-Target, by Action=, by a path /service/…/operation/…;
//     where none has it, method and path
//   - jobs of AWS IoT's data plane, which is here: by their paths

// A Call is what a request asks of a service that is not here.
type Call struct {
	Service   string // its name in signatures, as "dynamodb"
	Operation string // as "ListTables", or method and path

	protocol protocol
}

// A protocol is one of those that AWS's services have.
type protocol int

const (
	restJSON protocol = iota
	json10
	json11
	query    // XML
	queryEC2 // XML, of EC2 alone
	restXML
	restXMLS3 // XML, of S3 alone
	cbor
)

const maxForm = 8 << 10 // bytes of a form that are searched for its Action

// Find returns the call that a request makes of a service that is not here. It
// may read the body; ask it when nobody else wants the request.
func Find(r *http.Request) (Call, bool) {
	id := sigv4.IdentityOf(r)
	if c, ok := deviceCall(r, scopeService(id)); ok {
		return c, true
	}
	target, operation, targeted := strings.Cut(id.Target, ".")
	action := actionOf(r)
	c := Call{Service: scopeService(id), Operation: operation}
	switch {
	case isHere(c.Service):
		return c, false
	case c.Service != "":
	case targeted:
		c.Service = targetService(target)
	case hostService(id.Host) != "":
		c.Service = hostService(id.Host)
	case action != "":
		c.Service = "a service"
	default:
		return c, false
	}
	c.protocol = protocolOf(r, c.Service, action)
	if c.Operation == "" {
		c.Operation = action
	}
	if c.Operation == "" {
		c.Operation = pathOperation(r)
	}
	return c, !isHere(c.Service)
}

// isHere tells the services that others answer for.
func isHere(service string) bool {
	switch service {
	case "iot", "execute-api", "iotdata", "iotdevicegateway", "sts", "cognito-identity", "lambda", "acm":
		return true
	}
	return false
}

// scopeService is the service that a signature names, "" for none.
func scopeService(id sigv4.Identity) string { return named(id.Scope.Service) }

// targetService is for unsigned calls. Of services other than Cognito's user pools,
// whose clients sign nothing, the name before the date will do.
func targetService(target string) string {
	if target == "AWSCognitoIdentityProviderService" {
		return "cognito-idp"
	}
	name, _, _ := strings.Cut(target, "_")
	return named(name)
}

// hostService returns the service of <service>.<region>.amazonaws.com.
func hostService(host string) string {
	host = strings.TrimSuffix(host, ".cn")
	name, isAWS := strings.CutSuffix(host, ".amazonaws.com")
	service, region, _ := strings.Cut(name, ".")
	if !isAWS || strings.Contains(region, ".") {
		return ""
	}
	return named(service)
}

// named is a name as answers and the trace may show it, "" for what is none.
func named(name string) string {
	isOther := func(c rune) bool {
		isLetter := c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
		return c != '-' && c != '_' && c != '.' && (c < '0' || c > '9') && !isLetter
	}
	if len(name) > 64 || strings.ContainsFunc(name, isOther) {
		return ""
	}
	return name
}

// actionOf returns the Action of the query protocol.
func actionOf(r *http.Request) string {
	action := r.URL.Query().Get("Action")
	isForm := strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
	if action == "" && isForm && r.Body != nil {
		text, _ := io.ReadAll(io.LimitReader(r.Body, maxForm)) // what did come may do
		form, _ := url.ParseQuery(string(text))
		action = form.Get("Action")
	}
	return named(action)
}

// pathOperation names an operation by its path: a protocol of newer services has
// it there, others just a method and a resource.
func pathOperation(r *http.Request) string {
	parts := strings.Split(r.URL.Path, "/")
	if len(parts) == 5 && parts[1] == "service" && parts[3] == "operation" && named(parts[4]) != "" {
		return parts[4]
	}
	return r.Method + " " + transport.ShownPath(r.URL.EscapedPath())
}

func protocolOf(r *http.Request, service, action string) protocol {
	switch {
	case r.Header.Get("Smithy-Protocol") == "rpc-v2-cbor":
		return cbor
	case r.Header.Get("X-Amz-Target") != "" && strings.HasSuffix(r.Header.Get("Content-Type"), "-1.1"):
		return json11
	case r.Header.Get("X-Amz-Target") != "":
		return json10
	case action != "" && service == "ec2":
		return queryEC2
	case action != "":
		return query
	case strings.HasPrefix(service, "s3"):
		return restXMLS3
	case service == "route53" || service == "cloudfront":
		return restXML
	}
	return restJSON
}

// deviceCall tells jobs; signed is the service that a signature names.
func deviceCall(r *http.Request, signed string) (Call, bool) {
	if signed != "" && signed != "iotdata" && signed != "iotdevicegateway" && signed != "iot-jobs-data" {
		return Call{}, false
	}
	path := strings.Split(strings.TrimPrefix(r.URL.EscapedPath(), "/"), "/")
	switch {
	case len(path) == 3 && path[0] == "things" && path[2] == "jobs":
		return Call{Service: "iot-jobs-data", Operation: "GetPendingJobExecutions"}, true
	case len(path) == 4 && path[0] == "things" && path[2] == "jobs":
		return jobCall(r.Method, path[3])
	}
	return Call{}, false
}

func jobCall(method, job string) (Call, bool) {
	operation := map[string]string{"GET": "DescribeJobExecution", "POST": "UpdateJobExecution"}[method]
	if method == http.MethodPut && (job == "$next" || job == "%24next") {
		operation = "StartNextPendingJobExecution"
	}
	return Call{Service: "iot-jobs-data", Operation: operation}, operation != ""
}
