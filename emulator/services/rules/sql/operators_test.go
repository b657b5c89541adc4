package sql_test

import (
	"testing"

	"github.com/suback/suback/emulator/services/rules/sql"
)

// values is a payload with one of each kind.
const values = `{"int":5,"dec":2.5,"yes":true,"str":"x","num":"5","tru":"TRUE","arr":[1,"a",[2]],"obj":{"a":1,"b":[2]},` +
	`"obj2":{"b":[2],"a":1.0},"nul":null,"nul2":null,"big":12345678901234567890123}`

// TestOperators goes through the tables of AWS's page of operators and of conversions.
func TestOperators(t *testing.T) {
	for _, tt := range []struct{ rule, expression, want string }{
		{"R-51", `int = 5.0`, `true`}, {"R-51", `int = num`, `false`}, {"R-51", `str = 'x'`, `true`}, {"R-51", `nul = nul2`, `true`},
		{"R-51", `arr = [1, 'a', [2]]`, `true`}, {"R-51", `arr = ['a', 1, [2]]`, `false`}, {"R-51", `obj = obj2`, `true`},
		{"R-51", `obj = {'a': 1}`, `false`}, {"R-51", `gone = 5`, ``}, {"R-51", `5 = gone`, ``}, {"R-51", `gone = gone`, ``},
		{"R-51", `yes = tru`, `false`}, {"R-51", `nul = 5`, `false`},
		{"R-52", `int <> 5`, `false`}, {"R-52", `int <> num`, `true`}, {"R-52", `nul <> nul2`, `false`}, {"R-52", `nul <> 5`, `true`},
		{"R-52", `gone <> 5`, ``}, {"R-52", `arr <> arr`, `false`}, {"R-52", `obj <> obj2`, `false`},
		{"R-53", `int > dec`, `true`}, {"R-53", `num >= 5`, `true`}, {"R-53", `'1E1' < 10.5`, `true`}, {"R-53", `int <= 4`, `false`},
		{"R-53", `str > 1`, ``}, {"R-53", `yes > 0`, ``}, {"R-53", `nul > 0`, ``}, {"R-53", `gone > 0`, ``}, {"R-53", `'.5' > 0`, ``},
		{"R-53", `'5E+1' > 0`, ``}, {"R-53", `' 5' > 0`, ``}, {"R-53", `'' > 0`, ``}, {"R-53", `big > 1`, `true`},
		{"R-53", `big < 12345678901234567890124`, `true`},
		{"R-54", `yes AND tru`, `true`}, {"R-54", `yes AND 'false'`, `false`}, {"R-54", `yes AND str`, ``}, {"R-54", `yes AND 1`, ``},
		{"R-54, guess", `false AND gone`, `false`}, {"R-54", `true AND gone`, ``}, {"R-54", `gone AND false`, ``},
		{"R-54", `true OR gone`, `true`}, {"R-54", `false OR gone`, ``}, {"R-54", `gone OR true`, ``}, {"R-54", `false OR 'True'`, `true`},
		{"R-54", `nul OR true`, ``}, {"R-54", `(isUndefined(int) = true OR int > 0) AND (isUndefined(gone) = true OR gone > 0)`, `true`},
		{"R-54", `NOT tru`, `false`}, {"R-54", `NOT 'false'`, `true`}, {"R-54", `NOT 0`, ``}, {"R-54", `NOT gone`, ``},
		{"R-54b", `int / 0`, ``}, {"R-54b", `int % 0`, ``}, {"R-54b", `dec / 0`, ``}, {"R-54b", `mod(5, 0)`, ``},
		{"R-55", `int + 1`, `6`}, {"R-55", `int + dec`, `7.5`}, {"R-55", `int + num`, `"55"`}, {"R-55", `str + int`, `"x5"`},
		{"R-55", `str + arr`, `"x[1,\"a\",[2]]"`}, {"R-55", `yes + str`, `"truex"`}, {"R-55", `str + nul`, ``}, {"R-55", `yes + 1`, ``},
		{"R-55", `str + gone`, ``}, {"R-55", `7 / 2`, `3`}, {"R-55", `-7 / 2`, `-3`}, {"R-55", `7 / 2.5`, `2.8`}, {"R-55", `7 % 4`, `3`},
		{"R-55", `num - 1`, `4`}, {"R-55", `num * num`, `25`}, {"R-55", `1 / 3.5`, `0.2857142857142857142857142857142857`},
		{"R-55", `str - 1`, ``}, {"R-55", `yes * 1`, ``}, {"R-55", `big + 1`, `12345678901234567890124`},
		{"R-55", `9223372036854775807 + 1`, `9223372036854775808`}, {"R-55", `9223372036854775807 * 2`, `18446744073709551614`},
		{"R-55", `-9223372036854775807 - 2`, `-9223372036854775809`}, {"R-55", `0.1 + 0.2`, `0.3`},
		{"R-55", `5.5 % 2`, `1.5`}, {"R-55", `-int`, `-5`}, {"R-55", `-str`, ``}, {"R-55", `- -5`, `5`}, {"R-55", `-0`, `0`},
		{"R-56", `1 + 2 * 3`, `7`}, {"R-56", `(1 + 2) * 3`, `9`}, {"R-56", `10 - 2 - 3`, `5`}, {"R-56", `-2 * -3`, `6`},
		{"R-56", `true OR true AND false`, `true`}, {"R-56", `(true OR true) AND false`, `false`}, {"R-56", `1 + 1 = 2`, `true`},
		{"R-56", `NOT str = 'y'`, `true`}, {"R-56", `NOT str = 'x' OR yes`, `true`}, {"R-56", `NOT int IN [5] AND yes`, `false`},
		{"R-56", `yes AND NOT NOT int > 4`, `true`}, {"R-56", `NOT gone = 1`, ``}, {"R-56", `yes = NOT false`, `true`},
		{"R-56", `1 + 2 IN [3]`, `true`},
		{"R-48", `'a' IN arr`, `true`}, {"R-48", `[2] IN arr`, `true`}, {"R-48", `9 IN arr`, `false`}, {"R-48", `1.0 IN arr`, `true`},
		{"R-48", `gone IN arr`, ``}, {"R-48", `1 IN obj`, ``}, {"R-48", `nul IN [null]`, `true`},
		{"R-42", `CASE int WHEN 4 THEN 'a' WHEN 5.0 THEN 'b' WHEN 5 THEN 'c' END`, `"b"`},
		{"R-42", `CASE gone WHEN 5 THEN 1 ELSE 2 END`, ``},
		{"R-42", `CASE int WHEN '5' THEN 1 END`, ``}, {"R-42", `CASE int WHEN gone THEN 1 ELSE 2 END`, `2`},
		{"R-46", `decode('eyJhIjp7ImIiOjF9fQ==', 'base64').a.b`, `1`}, {"R-36", `*.obj.b`, `[2]`}, {"R-46", `obj.gone.a`, ``},
		{"R-31", `"it's"`, `"it's"`}, {"R-31", `'say "x"'`, `"say \"x\""`}, {"R-31", `'a\n'`, `"a\\n"`},
		{"R-30", `TRUE = tRuE`, `true`}, {"R-50", `1E3`, `1000`}, {"R-50", `5.0`, `5`}, {"R-50", `1.5E-8`, `1.5E-8`},
	} {
		if got := value(t, "("+tt.expression+")", sql.V2016, values); got != tt.want {
			t.Errorf("%s: got %q, want %q (%s)", tt.expression, got, tt.want, tt.rule)
		}
	}
}

// TestOlderVersion is what 2015-10-08 does otherwise.
func TestOlderVersion(t *testing.T) {
	for _, tt := range []struct{ rule, expression, want string }{
		{"R-50", `a`, `5.0`}, {"R-50", `a + 1`, `6.0`}, {"R-55", `a / 2`, `2.5`}, {"R-50", `5.0`, `5.0`}, {"R-61", `power(2, 5)`, `32.0`},
		{"R-61", `log(100)`, `2.0`}, {"R-61", `sqrt(9)`, `3.0`}, {"R-62", `sin(0)`, `0.0`}, {"R-58", `cast(1 as double)`, `1`},
		{"R-58", `cast(true as double)`, `1.0`}, {"R-61", `exp(20)`, `485165195.4097903`}, {"R-61", `trunc(2.00, 5)`, `2`},
		{"R-89", `isUndefined(gone)`, ``}, {"R-89", `length('x')`, ``}, {"R-89", `parse_time('yyyy', 0)`, ``},
		{"R-77", `sql_version()`, `"2015-10-08"`}, {"R-50", `b`, `10`}, {"R-55", `a / 0.5`, `10`}, {"R-55", `10.00 / 2`, `5.00`},
	} {
		if got := value(t, tt.expression, sql.V2015, `{"a":5.0,"b":10}`); got != tt.want {
			t.Errorf("%s: got %q, want %q (%s)", tt.expression, got, tt.want, tt.rule)
		}
	}
}

// TestCast goes through the tables of cast.
func TestCast(t *testing.T) {
	for _, tt := range []struct{ expression, want string }{
		{`cast(5 as String)`, `"5"`}, {`cast(2.5 as Nvarchar)`, `"2.5"`}, {`cast(true as Text)`, `"true"`}, {`cast('x' as Ntext)`, `"x"`},
		{`cast([1, 'a'] as Varchar)`, `"[1,\"a\"]"`}, {`cast({'a': null} as String)`, `"{\"a\":null}"`}, {`cast(null as String)`, ``},
		{`cast(gone as String)`, ``},
		{`cast(5 as Integer)`, `5`}, {`cast(5.9 as Int)`, `5`}, {`cast(-5.1 as Int)`, `-6`}, {`cast(true as Int)`, `1`},
		{`cast(false as Int)`, `0`}, {`cast('5.9' as Int)`, `5`}, {`cast('x' as Int)`, ``}, {`cast([] as Int)`, ``},
		{`cast(null as Int)`, ``},
		{`cast('5E-12' as Decimal)`, `5E-12`}, {`cast('-1.2' as Double)`, `-1.2`}, {`cast(true as Decimal)`, `1`},
		{`cast({} as Decimal)`, ``},
		{`cast(0 as Bool)`, `false`}, {`cast(0.1 as Boolean)`, `true`}, {`cast('TRUE' as Boolean)`, `true`}, {`cast('no' as Bool)`, ``},
		{`cast(null as Bool)`, ``}, {`cast(true as Bool)`, `true`},
	} {
		if got := value(t, tt.expression, sql.V2016, `{}`); got != tt.want {
			t.Errorf("%s: got %q, want %q (R-58)", tt.expression, got, tt.want)
		}
	}
}
