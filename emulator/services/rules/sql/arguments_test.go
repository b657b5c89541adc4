package sql_test

import (
	"testing"

	"github.com/suback/suback/emulator/services/rules/sql"
)

// TestArguments goes through the tables of the page of functions: what functions do with
// arguments of other kinds, and of other values.
func TestArguments(t *testing.T) {
	for _, tt := range []struct{ rule, expression, want string }{
		{"R-60", `abs()`, ``}, {"R-60", `abs(1, 2)`, ``}, {"R-60", `topic(1, 2)`, ``}, {"R-60", `newuuid(1)`, ``},
		{"R-61", `abs(yes)`, ``}, {"R-61", `abs(arr)`, ``}, {"R-61", `abs(nul)`, ``}, {"R-61", `abs(gone)`, ``},
		{"R-61", `abs('-2')`, `2`},
		{"R-61", `ceil('1.2')`, `2`}, {"R-61", `floor(str)`, ``}, {"R-61", `round(0.5)`, `1`}, {"R-61", `round(-0.5)`, `-1`},
		{"R-61", `sign('-0.1')`, `-1`}, {"R-61", `sqrt(-1)`, ``}, {"R-61", `ln(0)`, ``}, {"R-61", `log(-1)`, ``},
		{"R-61", `exp(1000)`, ``},
		{"R-61", `trunc(2.55, -3)`, `2`}, {"R-61", `trunc(-2.559, 1.9)`, `-2.5`}, {"R-61", `trunc('1.99', 1)`, `1.9`},
		{"R-61", `trunc(1.9, 'x')`, ``},
		{"R-61", `trunc(123, 0)`, `123`}, {"R-61", `trunc(2.5, 99)`, `2.5`}, {"R-61", `power(2, 'x')`, ``},
		{"R-61", `ceil(1E40)`, `1E+40`},
		{"R-62", `acos(2)`, ``}, {"R-62", `sin(yes)`, ``}, {"R-62", `atan2('1', 0)`, `1.5707963267948966`},
		{"R-63", `mod('8', 3.5)`, `1`}, {"R-63", `nanvl(gone, 1)`, `1`}, {"R-63", `nanvl(nul, 1)`, `1`}, {"R-63", `nanvl(str, 1)`, `"x"`},
		{"R-64", `bitand(13.9, '5.9')`, `5`}, {"R-64", `bitor(yes, 1)`, ``}, {"R-64", `bitnot(0)`, `0`}, {"R-64", `bitnot(-1)`, `0`},
		{"R-64", `bitxor(1E30, 1)`, ``},
		{"R-65", `chr('65.9')`, `"A"`}, {"R-65", `chr(128)`, ``}, {"R-65", `chr(-1)`, ``}, {"R-65", `chr(yes)`, ``},
		{"R-66", `concat(arr)`, `[1,"a",[2]]`}, {"R-66", `concat(1, 2)`, ``}, {"R-66", `concat('a', nul)`, ``},
		{"R-66", `concat(yes, 'a', obj)`, `"truea{\"a\":1,\"b\":[2]}"`},
		{"R-67", `upper(nul)`, ``}, {"R-67", `trim(gone)`, ``}, {"R-67", `lower(TRUE)`, `"true"`}, {"R-67", `length('é😀')`, `2`},
		{"R-67", `numbytes(obj)`, `15`}, {"R-67", `startswith(int, 5)`, `true`}, {"R-67", `endswith('a', nul)`, ``},
		{"R-67", `replace('aaa', 'a', 1)`, `"111"`},
		{"R-67", `replace('a', 'a', gone)`, ``}, {"R-67", "rtrim('a \t')", `"a"`},
		{"R-68", `substring('é😀x', 1, 2)`, `"😀"`}, {"R-68", `substring('abc', '1')`, `"bc"`}, {"R-68", `substring('abc', nul)`, ``},
		{"R-68", `substring('abc', 5)`, `""`}, {"R-68", `substring(nul, 0)`, ``}, {"R-68", `substring('abc', 0, 2.411E247)`, `"abc"`},
		{"R-69", `lpad('a', -5)`, `"a"`}, {"R-69", `length(rpad('', 5000))`, `1000`}, {"R-69", `lpad('a', '1.9')`, `" a"`},
		{"R-69", `lpad('a', yes)`, ``},
		{"R-70", `indexof('abc', 'x')`, `-1`}, {"R-70", `indexof('é😀x', 'x')`, `2`}, {"R-70", `indexof(123, 2)`, `1`},
		{"R-70", `indexof(nul, 2)`, ``},
		{"R-72", `get(arr, 3)`, ``}, {"R-72", `get(arr, -1)`, ``}, {"R-72", `get(arr, '1')`, `"a"`}, {"R-72", `get(arr, 0.6)`, `"a"`},
		{"R-72", `get(arr, nul)`, ``},
		{"R-72", `get(obj, 'b')`, `[2]`}, {"R-72", `get(obj, 1)`, ``}, {"R-72", `get(obj, 'gone')`, ``}, {"R-72", `get(int, 0)`, ``},
		{"R-72", `get('abc', 2)`, `"c"`}, {"R-72", `get('abc', -1)`, ``}, {"R-72", `get('abc', 3)`, ``},
		{"R-73", `get_or_default(gone, 1)`, `1`}, {"R-73", `get_or_default(nul, 1)`, `1`}, {"R-73", `get_or_default(int, 1)`, `5`},
		{"R-73", `get_or_default(floor(arr), 'x')`, `"x"`}, {"R-73", `get_or_default(nul)`, `null`},
		{"R-74", `isNull(gone)`, `false`}, {"R-74", `isUndefined(nul)`, `false`}, {"R-74", `isUndefined(gone)`, `true`},
		{"R-75", `sha1('a')`, `"86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"`}, {"R-75", `md5(5)`, `"e4da3b7fbbce2345d7772b0674a318d5"`},
		{"R-75", `md5(nul)`, ``},
		{"R-75", `sha224('a')`, `"abd37534c7d9a2efb9465de931cd7055ffdb8879563ae98078d6d6d5"`}, {"R-75", `length(sha256(''))`, `64`},
		{"R-75", `length(sha384(''))`, `96`}, {"R-75", `length(sha512(''))`, `128`},
		{"R-75", `md2('')`, `"8350e5a3e24c153df2275c9f80692773"`},
		{"R-76", `encode('a', 'base64')`, `"YQ=="`}, {"R-76", `encode(obj, 'BASE64')`, `"eyJhIjoxLCJiIjpbMl19"`},
		{"R-76", `encode('a', 'hex')`, ``},
		{"R-76", `decode('YQ==', 'base64')`, `"a"`}, {"R-76", `decode('MQ', 'base64')`, `1`}, {"R-76", `decode('!', 'base64')`, `null`},
		{"R-76", `decode('/w==', 'base64')`, `"�"`}, {"R-76", `decode(gone, 'base64')`, ``},
		{"R-79", `topic(1.6)`, `"myThings"`}, {"R-79", `topic(4)`, ``}, {"R-79", `topic(0)`, ``}, {"R-79", `topic('2')`, `"myThings"`},
		{"R-79", `topic(str)`, ``},
		{"R-82", `sourceip()`, `"192.0.2.7"`},
		{"R-83", `get_mqtt_property('content_type')`, `"application/json"`},
		{"R-83", `get_mqtt_property('format_indicator')`, `"UNSPECIFIED_BYTES"`},
		{"R-83", `get_mqtt_property('correlation_data')`, `"Yw=="`}, {"R-83", `get_mqtt_property('response_topic')`, ``},
		{"R-83", `get_mqtt_property('x')`, ``},
		{"R-83", `get_user_properties()`, `[{"k":"1"},{"l":"2"},{"k":"3"}]`}, {"R-83", `get_user_properties('k')`, `["1","3"]`},
		{"R-83", `get_user_properties('x')`, ``},
		{"R-84", `transform('other', obj, [obj])`, ``}, {"R-84", `transform('enrichArray', {'a': 9}, [obj])`, `[{"a":9,"b":[2]}]`},
		{"R-84", `transform('enrichArray', obj, 1)`, ``}, {"R-84", `transform('enrichArray', obj, [1])`, ``},
	} {
		if got := value(t, tt.expression, sql.V2016, values); got != tt.want {
			t.Errorf("%s: got %s, want %s (%s)", tt.expression, got, tt.want, tt.rule)
		}
	}
}

// TestNotMQTT is what functions say of a message that came by HTTPS, and with an Env that
// has nothing.
func TestNotMQTT(t *testing.T) {
	for expression, want := range map[string]string{
		`clientid()`: `"n/a"`, `traceid()`: ``, `sourceip()`: ``, `principal()`: ``, `timestamp()`: ``, `newuuid()`: ``, `rand()`: ``,
		`accountid()`: ``, `get_user_properties()`: ``,
	} {
		r := parse(t, "SELECT VALUE "+expression, sql.V2016).Evaluate(t.Context(), &sql.Message{Topic: "a"}, nil)
		if got := string(r.Payload); got != want {
			t.Errorf("%s: got %s, want %s (R-80, R-82)", expression, got, want)
		}
	}
}
