package sql

// A node is a part of a statement that has a value.
type node interface {
	// eval gives the value. scope is the element of the nested query that the node stands
	// in, nil outside of one.
	eval(r *run, s *scope) Value
	print(p *printer)
	place() int // where it begins, in the statement's text
	children() []node
}

type at int

func (a at) place() int { return int(a) }

type (
	// A literal is a number, a string, true, false or null.
	literal struct {
		at
		value Value
		text  string // of a number, as it was written
	}
	// A star is *: the payload, in a nested query's columns its element.
	star struct{ at }
	// A field is a name by itself: of the payload, or of a nested query's element.
	field struct {
		at
		name string
	}
	// A variable is one of the SET clause.
	variable struct {
		at
		name string
		slot int // in run.variables
	}
	// A member is what x has below a name.
	member struct {
		at
		x    node
		name string
	}
	// An all is x.*: what the object x has, a column for each of its members.
	all struct {
		at
		x node
	}
	// A unary is NOT x or -x.
	unary struct {
		at
		op tokenKind
		x  node
	}
	// A binary is an operator with two sides.
	binary struct {
		at
		op   tokenKind
		l, r node
	}
	// An in is x IN array.
	in struct {
		at
		x, array node
	}
	// An exists is EXISTS (SELECT …).
	exists struct {
		at
		query *query
	}
	// A choice is CASE v WHEN t THEN r … ELSE e END.
	choice struct {
		at
		v     node
		whens []when
		other node // nil without ELSE
	}
	when struct{ test, result node }
	// An array is [a, b].
	array struct {
		at
		items []node
	}
	// An object is {'a': x}.
	object struct {
		at
		names  []string
		values []node
	}
	// A call is one of a function.
	call struct {
		at
		function *function
		args     []node
		pattern  *pattern // the second argument of regexp_…, if it is a literal
	}
	// A cast is cast(x as type).
	cast struct {
		at
		x    node
		name string // the type as it was written
		to   Kind
	}
)

// A query is SELECT … FROM … WHERE …: the statement's own, or a nested one.
type query struct {
	at
	value   bool // SELECT VALUE
	columns []column
	from    node   // nested: what is queried
	alias   string // nested: FROM x AS alias
	where   node   // nil without WHERE
}

// A column is what SELECT has between commas.
type column struct {
	node  node
	alias []string // AS a.b; empty without
}

// An assignment is one of the SET clause.
type assignment struct {
	at   int
	name string
	node node
}
