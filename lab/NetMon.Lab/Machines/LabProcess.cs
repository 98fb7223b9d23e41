using System.Diagnostics;

namespace NetMon.Lab.Machines;

/// <summary>A program that runs beside the test: its output is kept, and it ends with the test at the latest.</summary>
public sealed class LabProcess : IDisposable
{
    private readonly Process _process;
    private readonly List<string> _output = [];
    private readonly List<string> _errors = [];
    private readonly string _name;

    // Outputs that have not come to their end.
    private int _open = 2;

    private LabProcess(string name, Process process)
    {
        _name = name;
        _process = process;
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Of the ended process; a signal counts 128 more than its number.</summary>
    public int ExitCode => _process.ExitCode;

    public string Output => Text(_output);

    public string Errors => Text(_errors);

    public static LabProcess Start(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = new Process { StartInfo = start };
        var running = new LabProcess($"{program} {string.Join(' ', start.ArgumentList)}", process);
        process.OutputDataReceived += (_, line) => running.Keep(running._output, line.Data);
        process.ErrorDataReceived += (_, line) => running.Keep(running._errors, line.Data);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return running;
    }

    /// <summary>Waits until the program has written <paramref name="text"/> to either of its outputs.</summary>
    public void WaitForText(string text, TimeSpan? limit = null)
    {
        // Of one that has ended the last lines may be on their way.
        Wait.Until(
            () => Says(text) || (HasExited && SaidAll),
            $"'{text}' from {_name}, which says {Output} {Errors}",
            limit
        );
        if (!Says(text))
        {
            throw new LabException(
                $"{_name} ended with {ExitCode} before it said '{text}': {Errors}{Output}"
            );
        }
    }

    /// <returns>This, for its output.</returns>
    /// <exception cref="LabException">Still running after <paramref name="limit"/>, or, if <paramref name="success"/>, failed.</exception>
    public LabProcess WaitForExit(TimeSpan? limit = null, bool success = true)
    {
        if (!_process.WaitForExit(limit ?? Wait.Patience))
        {
            throw new LabException($"{_name} does not end: {Errors}{Output}");
        }

        // What it started may have the outputs, too.
        if (!Wait.TryUntil(() => SaidAll, Wait.Patience))
        {
            throw new LabException($"{_name} ended, but its output does not: {Errors}{Output}");
        }

        return !success || ExitCode == 0
            ? this
            : throw new LabException($"{_name} ended with {ExitCode}: {Errors}{Output}");
    }

    public void Interrupt() => Signal(LabSignal.Interrupt);

    public void Terminate() => Signal(LabSignal.Terminate);

    public void Kill() => Signal(LabSignal.Kill);

    public void Signal(LabSignal signal)
    {
        // A child that was not waited for keeps its number, so this cannot hit another process.
        if (!_process.HasExited && Libc.kill(_process.Id, (int)signal) != 0 && !_process.HasExited)
        {
            throw Libc.Failure("kill");
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();

            // With a limit it does not wait for the outputs, which a program that this one started may have still.
            _process.WaitForExit(Wait.Patience);
        }

        _process.Dispose();
    }

    // Null is the end of an output.
    private void Keep(List<string> lines, string? line)
    {
        if (line is null)
        {
            Interlocked.Decrement(ref _open);
            return;
        }

        lock (lines)
        {
            lines.Add(line);
        }
    }

    private static string Text(List<string> lines)
    {
        lock (lines)
        {
            return string.Join('\n', lines);
        }
    }

    private bool SaidAll => Volatile.Read(ref _open) <= 0;

    private bool Says(string text) =>
        Errors.Contains(text, StringComparison.Ordinal) || Output.Contains(text, StringComparison.Ordinal);
}

/// <summary>Signals by their numbers, which are the same on the architectures that matter here (signal(7)).</summary>
public enum LabSignal
{
    Interrupt = 2,
    Kill = 9,
    User1 = 10,
    Terminate = 15,
}
