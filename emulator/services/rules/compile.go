package rules

import (
	"fmt"
	"reflect"

	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/services/rules/sql"
)

// A rule is a topic rule that can run. Nobody changes it.
type rule struct {
	registry.TopicRule
	number    uint64 // tells it from those of its name before and after
	disabled  bool
	statement *sql.Statement // nil: it cannot be parsed, and is disabled
	external  bool           // the statement asks other services
	secret    bool           // its result may have a secret in it
	sends     bool           // what an action sends may
	actions   []*action
	onError   *action // nil: none
}

// An action is one of a rule's, its templates parsed. What is wrong with them shows when
// it is done [R-109, guess].
type action struct {
	at      string // in the rule, as "actions[0]"
	name    string // as in "republish"
	params  param
	perform performer // nil: it is recorded, and sent nowhere
	batches *batches  // of an http action that batches; else nil
	hidden  string    // a parameter that is secret and may be in what is told; "" for none
}

// A performer does an action with its final parameters.
type performer func(*run, values) (done, error)

// A done is what came of an action: on what it was done, under AWS's name for that, and
// what came back, for people.
type done struct {
	resource string            // as the error action has it
	log      map[string]string // as AWS's log has it
	answer   string
}

// performers are the actions that are done here.
func performers() map[string]performer {
	return map[string]performer{"republish": (*run).republish, "lambda": (*run).invoke, "http": (*run).post,
		"sqs": (*run).sendSQS, "sns": (*run).publishSNS, "s3": (*run).putS3, "kinesis": (*run).putKinesis,
		"dynamoDB": (*run).writeDynamoDB, "dynamoDBv2": (*run).writeDynamoDBv2, "firehose": (*run).putFirehose,
		"cloudwatchLogs": (*run).putLogs, "stepFunctions": (*run).startExecution}
}

// compile makes a rule of what the registry has, which has seen that it can be parsed.
func (e *Engine) compile(t registry.TopicRule, number uint64) *rule {
	r := &rule{TopicRule: t, number: number, disabled: t.RuleDisabled}
	var err error
	if r.statement, err = t.Statement(); err != nil { // of an older program's state
		e.Log.Error("a topic rule cannot be parsed, and does not run", "rule", t.RuleName, "error", err)
		r.disabled = true
		return r
	}
	r.external, r.secret = len(r.statement.External()) > 0, r.statement.Secret()
	for i, a := range t.Actions {
		r.actions = append(r.actions, e.compileAction(a, fmt.Sprintf("actions[%d]", i), r.statement))
	}
	if t.ErrorAction != nil {
		r.onError = e.compileAction(t.ErrorAction, "errorAction", r.statement)
	}
	r.sends = r.secret
	for _, a := range r.actions {
		r.sends = r.sends || len(a.params.secrets("")) > 0
	}
	return r
}

func (e *Engine) compileAction(a registry.RuleAction, at string, s *sql.Statement) *action {
	name := a.Name()
	params, perform := compileParam(at+"."+name, a.Members(), s), performers()[name]
	if name == "republish" && hasLoneDollar(a.Members()["topic"]) {
		perform = (*run).refuseLoneDollar
	}
	return &action{at: at, name: name, perform: perform, params: params, batches: e.newBatches(a),
		hidden: hiddenOf(at+"."+name, name, &params)}
}

// is reports whether the rule is made of t.
func (r *rule) is(t *registry.TopicRule) bool { return reflect.DeepEqual(&r.TopicRule, t) }

// from is the filter of FROM, and whether there is one.
func (r *rule) from() (filter string, ok bool) {
	if r.statement == nil {
		return "", false
	}
	return r.statement.From()
}
