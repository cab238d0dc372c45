package fleet

import (
	"errors"
	"regexp"
	"regexp/syntax"
	"strings"
)

// ParseNaming reads the pattern of a naming rule, an expression of RE2, which
// takes linear time on any name. It counts as found anywhere in a name unless
// it says ^ and $. A bad pattern is refused with its place.
func ParseNaming(pattern string) (*regexp.Regexp, error) {
	rule, err := regexp.Compile(pattern)
	if err == nil {
		return rule, nil
	}
	message := "it cannot be read"
	if fault, ok := errors.AsType[*syntax.Error](err); ok {
		at := placeOf(fault, pattern)
		message = "at character " + number(len([]rune(pattern[:at]))+1) + ": " + fault.Code.String()
		if fault.Code == syntax.ErrInvalidPerlOp && at+2 < len(pattern) && strings.ContainsRune("=!<", rune(pattern[at+2])) {
			message += " (it knows no look-ahead and look-behind)"
		}
	}
	return nil, invalid("Give an RE2 expression such as ^[A-Z]{3}-(WKS|LAP|SRV)-[0-9]{3}$", "naming_pattern is wrong %s", message)
}

// placeOf is where in the pattern the fault lies. Unbalanced parentheses are
// reported with the whole pattern, so those are counted here.
func placeOf(fault *syntax.Error, pattern string) int {
	switch fault.Code {
	case syntax.ErrMissingParen, syntax.ErrUnexpectedParen:
		return unbalanced(pattern)
	case syntax.ErrTrailingBackslash:
		return len(pattern) - 1
	}
	return max(0, strings.Index(pattern, fault.Expr))
}

// unbalanced finds the parenthesis that has no partner: a closing one at once,
// else the last that was opened and is still open.
func unbalanced(pattern string) int {
	var open []int
	class := -1 // where the class of characters began that we are in
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c == '\\':
			i++
		case class >= 0:
			if c == ']' && i > class+1 {
				class = -1
			}
		case c == '[':
			class = i
			if strings.HasPrefix(pattern[i+1:], "^") {
				class, i = i+1, i+1
			}
		case c == '(':
			open = append(open, i)
		case c == ')' && len(open) == 0:
			return i
		case c == ')':
			open = open[:len(open)-1]
		}
	}
	if len(open) == 0 {
		return 0
	}
	return open[len(open)-1]
}
