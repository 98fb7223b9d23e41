using System.Diagnostics;
using NetMon.Fuzz;
using NetMon.Fuzz.Mutation;
using NetMon.Fuzz.Running;

const int Defect = 1;
const int Usage = 2;

if (Arguments.Read(args) is not { } asked)
{
    return Usage;
}

var chosen = DecoderTable
    .Names.Where(name =>
        asked.Only.Count == 0 || asked.Only.Exists(part => name.Contains(part, StringComparison.Ordinal))
    )
    .ToArray();
if (asked.List || chosen.Length == 0)
{
    Console.WriteLine(string.Join('\n', DecoderTable.Names));
    return asked.List ? 0 : Usage;
}

Directory.CreateDirectory(asked.Folder);
var threads = Environment.ProcessorCount;
if (asked.Here)
{
    return RunHere(DecoderTable.Find(asked.Only[0]));
}

if (asked.Replay is not null || asked.At is not null)
{
    var decoder = DecoderTable.Find(chosen[0]);
    var run = new FuzzRun(decoder, asked.Seed);
    var failure = asked.Replay is { } file
        ? run.RunOne(File.ReadAllBytes(file))
        : run.RunUpTo(asked.At!.Value);
    Console.WriteLine(failure is null ? $"{decoder.Name}: nothing is wrong with it" : $"{failure.What}");
    return failure is null ? 0 : Defect;
}

Console.WriteLine($"seed {asked.Seed}, {threads} threads");
Console.WriteLine(Report.Header);
var total = Stopwatch.GetTimestamp();
var defects = chosen.Count(name => !RunApart(name));
Console.WriteLine(
    $"{chosen.Length} decoders, {defects} with defects, {Stopwatch.GetElapsedTime(total).TotalSeconds:0} s"
);
return defects == 0 ? 0 : Defect;

int RunHere(Decoder decoder)
{
    using var progress = new ProgressFile(ProgressOf(decoder.Name), threads);
    var outcome = new FuzzRun(decoder, asked.Seed, progress).Run(asked.Inputs, threads, TimeSpan.MaxValue);
    Report.Write(decoder, outcome);
    if (outcome.Failure is { } failure)
    {
        new Report(asked).Write(decoder, failure);
    }

    return outcome.Failure is null ? 0 : Defect;
}

// In a process of its own, which a stack overflow may end.
bool RunApart(string name)
{
    using var child = Process.Start(
        Environment.ProcessPath!,
        [
            "--here",
            "--only",
            name,
            "--inputs",
            $"{asked.Inputs}",
            "--seed",
            $"{asked.Seed}",
            "--folder",
            asked.Folder,
        ]
    );
    child.WaitForExit();
    if (child.ExitCode is not (0 or Defect))
    {
        var decoder = DecoderTable.Find(name);
        foreach (var index in ProgressFile.Read(ProgressOf(name)))
        {
            var input = new Mutator(decoder, asked.Seed).Make(index).ToArray();
            new Report(asked).Write(
                decoder,
                new Failure(
                    $"the process ended with {child.ExitCode}; a thread was at this input",
                    index,
                    input
                )
            );
        }
    }

    return child.ExitCode == 0;
}

string ProgressOf(string name) => Path.Combine(asked.Folder, name + ".progress");
