using System.Globalization;
using System.Text;

namespace NetMon.Fuzz.Running;

/// <summary>Tells of a decoder's inputs, and keeps those that show a defect.</summary>
internal sealed class Report(Arguments arguments)
{
    private static readonly CompositeFormat Row = CompositeFormat.Parse(
        "{0,-22} {1,11:N0} {2,8:P1} {3,9:N0} {4,8:0.0} {5,9:0.0} {6,10:N0}  {7}"
    );

    public static string Header =>
        $"{"decoder", -22} {"inputs", 11} {"accepted", 8} {"a second", 9} {"seconds", 8} {"worst ms", 9} {"worst B", 10}";

    public static void Write(Decoder decoder, Outcome outcome) =>
        Console.WriteLine(
            string.Format(
                CultureInfo.InvariantCulture,
                Row,
                decoder.Name,
                outcome.Inputs,
                outcome.Inputs == 0 ? 0 : (double)outcome.Accepted / outcome.Inputs,
                outcome.Inputs / Math.Max(outcome.Elapsed.TotalSeconds, 0.001),
                outcome.Elapsed.TotalSeconds,
                outcome.Slowest.TotalMilliseconds,
                outcome.Largest,
                outcome.Failure is null ? "ok" : "DEFECT"
            )
        );

    public void Write(Decoder decoder, Failure failure)
    {
        var path = Path.Combine(arguments.Folder, $"{decoder.Name}-{arguments.Seed}-{failure.Index}.bin");
        if (failure.Index >= 0)
        {
            File.WriteAllBytes(path, failure.Input);
        }

        Console.WriteLine(
            $"""

            {decoder.Name}: input {failure.Index} of seed {arguments.Seed}, {failure.Input.Length} bytes: {failure.What}
            reproduce it: ./fuzz --only {decoder.Name} --seed {arguments.Seed} --at {failure.Index}
            its bytes alone: ./fuzz --only {decoder.Name} --replay {path}

            """
        );
    }
}
