namespace NetMon.Lab.Tests.Machines;

public sealed class LabProcessTests
{
    [Fact]
    public void What_a_program_says_right_before_its_end_is_heard()
    {
        for (var i = 0; i < 50; i++)
        {
            using var program = LabProcess.Start("echo", [$"number {i}"]);
            program.WaitForText($"number {i}");
        }
    }

    [Fact]
    public void A_program_that_ends_without_a_word_is_not_waited_for()
    {
        using var program = LabProcess.Start("sh", ["-c", "echo other; exit 3"]);
        var failure = Assert.Throws<LabException>(() => program.WaitForText("a word"));
        Assert.Contains("ended with 3", failure.Message, StringComparison.Ordinal);
        Assert.Contains("other", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_end_of_a_program_is_not_that_of_another_which_has_its_output()
    {
        var program = LabProcess.Start("sh", ["-c", "sleep 1000 & echo it is $! ; wait"]);
        program.WaitForText("it is");
        var other = program.Output.Split(' ')[^1].Trim();

        program.Dispose();

        Assert.Equal("sleep", File.ReadAllText($"/proc/{other}/comm").Trim());
        Command.Run("kill", "-KILL", other);
    }
}
