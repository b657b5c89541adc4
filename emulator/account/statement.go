package account

import (
	"context"
	"errors"
	"math/rand/v2"

	"github.com/google/uuid"

	"github.com/suback/suback/emulator/services/rules"
	"github.com/suback/suback/emulator/services/rules/sql"
)

// Statements of topic rules, tried on a message: nothing comes of it.

var errNotAsked = errors.New("is not asked when a statement is tried")

// TryStatement tells what a statement makes of a message, and why. Other services are not
// asked: a function would do what it does.
func (a *Account) TryStatement(ctx context.Context, s *sql.Statement, m *sql.Message) *sql.Trial {
	if m.ClientID != "" && m.TraceID == "" {
		m.TraceID = uuid.NewString()
	}
	return s.Try(ctx, m, &sql.Env{Account: a.registry.Account(), Now: a.registry.Now, UUID: uuid.NewString,
		Random: rand.Float64,
		External: func(context.Context, string, []sql.Value) (sql.Value, error) {
			return sql.Value{}, errNotAsked
		}})
}

// Rules are what its topic rules made of messages.
func (a *Account) Rules() *rules.Engine { return a.rules }
