using ClerkSync.Cli.Configuration;
using CsCheck;

namespace ClerkSync.Tests.Cli;

public sealed class DotEnvFileTests
{
    [Theory]
    [InlineData("A=1", "1")]
    [InlineData("A = 1 ", "1")]
    [InlineData("  A=1", "1")]
    [InlineData("\uFEFFA=1", "1")]
    [InlineData("export A=1", "1")]
    [InlineData("export\tA=1", "1")]
    [InlineData("A=", "")]
    [InlineData("A= # nothing", "")]
    [InlineData("A=1 # one", "1")]
    [InlineData("A=a#b", "a#b")]
    [InlineData("A=#b", "")]
    [InlineData("A=a=b==", "a=b==")]
    [InlineData("A=two words", "two words")]
    [InlineData("A=\"x # y\" # z", "x # y")]
    [InlineData("A='x # y'", "x # y")]
    [InlineData("A=`x \"'# y`", "x \"'# y")]
    [InlineData("A=\"a\\nb\\tc\\rd\"", "a\nb\tc\rd")]
    [InlineData("A=\"say \\\"hi\\\" \\\\ \\$x\"", "say \"hi\" \\ $x")]
    [InlineData("A=\"C:\\dir\"", "C:\\dir")]
    [InlineData("A='a\\nb'", "a\\nb")]
    [InlineData("A=a\\nb", "a\\nb")]
    [InlineData("A=\"one\ntwo\"", "one\ntwo")]
    [InlineData("A=\"one\r\ntwo\"", "one\ntwo")]
    [InlineData("A='one\ntwo'", "one\ntwo")]
    [InlineData("A=\"\"", "")]
    [InlineData("A=p$word${X}", "p$word${X}")]
    [InlineData("A=first\nA=second", "second")]
    [InlineData("# A=0\nA=1\r\n# A=2", "1")]
    [InlineData("A=postgres://u:p%23@[::1]:5432/db?a=b#c", "postgres://u:p%23@[::1]:5432/db?a=b#c")]
    [InlineData("A=1\rB=2", "1")]
    public void A_value_is_read_as_the_javascript_world_writes_it(string text, string value)
    {
        var content = DotEnvFile.Parse(text);

        Assert.Equal(value, content.Values["A"]);
        Assert.Empty(content.Problems);
    }

    [Fact]
    public void The_line_behind_a_value_over_several_lines_is_read()
    {
        var content = DotEnvFile.Parse("KEY=\"-----BEGIN\nabc\n-----END\"\nB=2\n");

        Assert.Equal("-----BEGIN\nabc\n-----END", content.Values["KEY"]);
        Assert.Equal("2", content.Values["B"]);
    }

    [Theory]
    [InlineData("A: 1", null, 1)]
    [InlineData("\n\n1A=1", null, 3)]
    [InlineData("A", null, 1)]
    [InlineData("=1", null, 1)]
    [InlineData("X=\"a\nb\"\nA=\"hidden", "A", 3)]
    [InlineData("A=\"a\" b", "A", 1)]
    public void A_line_that_cannot_be_read_is_named_without_its_value(string text, string? name, int line)
    {
        var problem = Assert.Single(DotEnvFile.Parse(text).Problems);

        Assert.Equal(name, problem.Name);
        Assert.Equal(line, problem.Line);
        Assert.DoesNotContain("hidden", problem.What, StringComparison.Ordinal);
    }

    [Fact]
    public void An_open_quote_does_not_swallow_the_lines_below()
    {
        var content = DotEnvFile.Parse("A=\"it's\nB=\"2\"\nC=3");

        Assert.Equal("\"it's", content.Values["A"]);
        Assert.Equal("2", content.Values["B"]);
        Assert.Equal("3", content.Values["C"]);
    }

    [Fact]
    public void Every_value_survives_being_written_in_double_quotes()
    {
        Gen.Select(Gen.Char['a', 'z'].Array[1, 8], Gen.OneOf(Gen.Char[' ', '~'], Gen.OneOf('"', '\\', '$', '#', '\n', '\t', '\r', 'é', '\'', '=')).Array[0, 40]).Sample((nameLetters, valueLetters) =>
        {
            var (name, value) = (new string(nameLetters), new string(valueLetters));
            var written = value.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("$", "\\$").Replace("\r", "\\r");
            var content = DotEnvFile.Parse($"# before\n{name}=\"{written}\" # after\nOTHER=1\n");

            Assert.Equal(value, content.Values[name]);
            Assert.Equal("1", content.Values["OTHER"]);
            Assert.Empty(content.Problems);
        });
    }

    [Fact]
    public void Any_text_is_read_to_its_end_and_line_ends_make_no_difference()
    {
        Gen.OneOf(Gen.OneOf('A', 'B', '=', '"', '\'', '`', '#', '\n', ' ', '\\', '\t', '1'), Gen.Char).Array[0, 60].Sample(letters =>
        {
            var text = new string(letters).Replace("\r", "");
            var unix = DotEnvFile.Parse(text + "\nLAST=1");
            var windows = DotEnvFile.Parse((text + "\nLAST=1").Replace("\n", "\r\n"));

            Assert.Equal(unix.Values, windows.Values);
            Assert.Equal(unix.Problems, windows.Problems);
            if (!text.AsSpan().ContainsAny("\"'`"))
                Assert.Equal("1", unix.Values["LAST"]);
        });
    }
}
