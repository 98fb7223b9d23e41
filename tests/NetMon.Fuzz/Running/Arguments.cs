using System.Globalization;

namespace NetMon.Fuzz.Running;

/// <summary>What was asked for on the command line.</summary>
internal sealed class Arguments
{
    public long Inputs { get; private set; } = 1_000_000;

    /// <summary>Names, or parts of them; none: all.</summary>
    public List<string> Only { get; } = [];
    public ulong Seed { get; private set; } = 1;

    /// <summary>A file with one input.</summary>
    public string? Replay { get; private set; }

    /// <summary>The number of one input.</summary>
    public long? At { get; private set; }
    public bool List { get; private set; }

    /// <summary>The decoder is run in this process.</summary>
    public bool Here { get; private set; }

    /// <summary>Where files go that show a defect.</summary>
    public string Folder { get; private set; } = "out/fuzz";

    /// <returns>Null after an error.</returns>
    public static Arguments? Read(string[] words)
    {
        var read = new Arguments();
        var number = NumberStyles.AllowThousands;
        for (var i = 0; i < words.Length; i++)
        {
            var name = words[i];
            if (name is "--list" or "--here")
            {
                read.List |= name == "--list";
                read.Here |= name == "--here";
                continue;
            }

            var value = i + 1 < words.Length ? words[++i] : null;
            var ok = value is not null;
            switch (name)
            {
                case "--inputs":
                    ok &= long.TryParse(value, number, CultureInfo.InvariantCulture, out var inputs);
                    read.Inputs = inputs;
                    break;
                case "--seed":
                    ok &= ulong.TryParse(value, number, CultureInfo.InvariantCulture, out var seed);
                    read.Seed = seed;
                    break;
                case "--at":
                    ok &= long.TryParse(value, number, CultureInfo.InvariantCulture, out var at);
                    read.At = at;
                    break;
                case "--only" when ok:
                    read.Only.Add(value!);
                    break;
                case "--replay":
                    read.Replay = value;
                    break;
                case "--folder" when ok:
                    read.Folder = value!;
                    break;
                default:
                    ok = false;
                    break;
            }

            if (!ok)
            {
                Console.Error.WriteLine($"fuzz: {name}: not an argument, or its value is missing or wrong");
                return null;
            }
        }

        return read;
    }
}
