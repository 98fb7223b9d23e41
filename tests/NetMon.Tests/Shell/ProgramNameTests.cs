using System.CommandLine;
using System.Text;
using NetMon.Shell;

namespace NetMon.Tests.Shell;

public sealed class ProgramNameTests
{
    [Theory]
    [InlineData("netmon\0status\0", "netmon")]
    [InlineData("/usr/bin/netmon-cli\0status\0", "netmon-cli")]
    [InlineData("./kubectl-netmon\0", "kubectl-netmon")]
    [InlineData("dotnet\0netmon.dll\0", "netmon")]
    [InlineData("netmon-cli.old\0", "netmon")]
    [InlineData("", "netmon")]
    public void It_is_what_the_program_was_called_by(string commandLine, string expected) =>
        Assert.Equal(expected, ProgramName.Parse(Encoding.UTF8.GetBytes(commandLine)));

    [Theory]
    [InlineData("support bundle --output f", "support-bundle --output f")]
    [InlineData("--server a support bundle", "--server a support-bundle")]
    [InlineData("support-bundle", "support-bundle")]
    [InlineData("flows support bundle", "flows support bundle")]
    [InlineData("support", "support")]
    [InlineData("", "")]
    public void A_verb_of_two_words_may_be_written_as_two(string given, string expected)
    {
        Command[] verbs = [new("flows"), new("support-bundle"), new("check-system")];

        var joined = TwoWords.Join(given.Split(' ', StringSplitOptions.RemoveEmptyEntries), verbs);

        Assert.Equal(expected, string.Join(' ', joined));
    }
}
