using System.Text;

namespace ClerkSync.Cli.Configuration;

/// <summary>
/// Reads the text of an <c>.env</c> file the way the JavaScript world writes it: comments, <c>export</c>, single, double and back quotes, escapes in double
/// quotes, values over several lines in quotes. <c>$</c> has no meaning, so that secrets may contain it.
/// </summary>
internal static class DotEnvFile
{
    /// <summary>Lines it cannot read are skipped and told; they usually belong to another program. No message holds a value.</summary>
    public static DotEnvContent Parse(string text)
    {
        var reader = new Reader(text);
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var problems = new List<DotEnvProblem>();
        while (reader.SkipToNextLine())
        {
            var line = reader.Line;
            var name = reader.ReadName();
            if (name is null)
            {
                problems.Add(new DotEnvProblem(line, null, "is neither a comment nor NAME=value"));
                reader.SkipRestOfLine();
                continue;
            }

            var (value, problem) = reader.ReadValue();
            if (problem is not null)
                problems.Add(new DotEnvProblem(line, name, problem));
            values[name] = value;
        }

        return new DotEnvContent(values, problems);
    }

    private struct Reader(string text)
    {
        private readonly string _text = text.StartsWith('\uFEFF') ? text[1..] : text;
        private int _at;

        public int Line { get; private set; } = 1;

        private readonly char Current => _at < _text.Length ? _text[_at] : '\0';

        private readonly bool AtEnd => _at >= _text.Length;

        private readonly bool AtLineEnd => AtEnd || Current is '\n' or '\r';

        /// <summary>Goes to the first character that says something; false at the end of the file.</summary>
        public bool SkipToNextLine()
        {
            while (!AtEnd)
            {
                if (Current == '#')
                    SkipRestOfLine();
                else if (char.IsWhiteSpace(Current))
                    Advance();
                else
                    return true;
            }

            return false;
        }

        public void SkipRestOfLine()
        {
            while (!AtLineEnd)
                _at++;
        }

        /// <summary><c>[export ]NAME =</c>; null, with nothing promised about the position in the line, when the line has no such start.</summary>
        public string? ReadName()
        {
            var name = ReadWord();
            SkipBlanks();
            if (name is "export" && Current != '=')
            {
                name = ReadWord();
                SkipBlanks();
            }

            if (name.Length == 0 || char.IsAsciiDigit(name[0]) || Current != '=')
                return null;
            _at++;
            SkipBlanks();
            return name;
        }

        public (string Value, string? Problem) ReadValue()
        {
            if (Current is '"' or '\'' or '`')
            {
                var (start, line) = (_at, Line);
                var closed = TryReadQuoted(out var quoted);
                SkipBlanks();
                var clean = AtLineEnd || Current == '#';
                if (closed && (clean || Line == line))
                {
                    SkipRestOfLine();
                    return (quoted, clean ? null : "has text behind the closing quote, which is left out");
                }

                // a "closing" quote on a later line with text behind it is the opening one of another value
                (_at, Line) = (start, line);
                return (ReadBare(), "opens a quote that is never closed");
            }

            return (ReadBare(), null);
        }

        /// <summary>Up to the end of the line, or to a <c>#</c> behind a blank: <c>postgres://u:a#b@host</c> is one value.</summary>
        private string ReadBare()
        {
            var start = _at;
            while (!AtLineEnd && !(Current == '#' && (_at == start || _text[_at - 1] is ' ' or '\t')))
                _at++;
            var value = _text[start.._at].Trim();
            SkipRestOfLine();
            return value;
        }

        /// <summary>False, at the end of the file, when it is never closed.</summary>
        private bool TryReadQuoted(out string value)
        {
            var quote = Current;
            var result = new StringBuilder();
            _at++;
            while (!AtEnd && Current != quote)
            {
                if (Current == '\\' && quote == '"' && _at + 1 < _text.Length)
                    AppendEscape(result);
                else if (Current == '\r' && _at + 1 < _text.Length && _text[_at + 1] == '\n')
                    Advance();    // line ends inside a value are \n, whatever the editor made of them
                else
                {
                    result.Append(Current);
                    Advance();
                }
            }

            value = result.ToString();
            if (AtEnd)
                return false;

            _at++;
            return true;
        }

        private void AppendEscape(StringBuilder result)
        {
            var escaped = _text[_at + 1];
            switch (escaped)
            {
                case 'n': result.Append('\n'); break;
                case 'r': result.Append('\r'); break;
                case 't': result.Append('\t'); break;
                case '"' or '\\' or '$': result.Append(escaped); break;
                default:
                    result.Append('\\');    // unknown: both characters stay
                    Advance();
                    return;
            }

            Advance();
            Advance();
        }

        private string ReadWord()
        {
            var start = _at;
            while (char.IsAsciiLetterOrDigit(Current) || Current is '_' or '.' or '-')
                _at++;
            return _text[start.._at];
        }

        private void SkipBlanks()
        {
            while (Current is ' ' or '\t')
                _at++;
        }

        private void Advance()
        {
            if (Current == '\n')
                Line++;
            _at++;
        }
    }
}

/// <summary>What an <c>.env</c> file says. Of a name given twice the last counts.</summary>
internal sealed record DotEnvContent(IReadOnlyDictionary<string, string> Values, IReadOnlyList<DotEnvProblem> Problems);

/// <summary>A line that could not be read as written.</summary>
/// <param name="Line">Counted from 1.</param>
/// <param name="Name">The setting of that line; null when the line has none.</param>
/// <param name="What">The rest of a sentence that begins with the line. Never holds a value.</param>
internal sealed record DotEnvProblem(int Line, string? Name, string What);
