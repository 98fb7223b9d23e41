using System.Globalization;

namespace NetMon.Agent.Metrics;

/// <summary>What /proc tells about this process (proc(5)).</summary>
internal static class ProcessStatus
{
    // USER_HZ is 100 on every architecture that .NET runs on.
    private const double TicksPerSecond = 100;

    // Fields of /proc/self/stat, counted from 0 after the command's closing parenthesis.
    private const int UserTime = 11;
    private const int SystemTime = 12;
    private const int StartTime = 19;
    private const int VirtualSize = 20;
    private const int ResidentPages = 21;

    /// <summary>CPU time used so far, seconds.</summary>
    public static double CpuSeconds
    {
        get
        {
            var stat = ReadStat();
            return (Number(stat, UserTime) + Number(stat, SystemTime)) / TicksPerSecond;
        }
    }

    public static long VirtualBytes => Number(ReadStat(), VirtualSize);

    public static long ResidentBytes => Number(ReadStat(), ResidentPages) * Environment.SystemPageSize;

    /// <summary>When the process started, seconds since the Unix epoch; 0 if /proc does not say.</summary>
    public static double StartSeconds
    {
        get
        {
            foreach (var line in File.ReadLines("/proc/stat"))
            {
                if (line.StartsWith("btime ", StringComparison.Ordinal))
                {
                    var boot = double.Parse(line.AsSpan(6), CultureInfo.InvariantCulture);
                    return boot + (Number(ReadStat(), StartTime) / TicksPerSecond);
                }
            }

            return 0;
        }
    }

    public static long OpenDescriptors => Directory.GetFileSystemEntries("/proc/self/fd").Length;

    public static long MaxDescriptors => Limit("Max open files");

    public static long MaxVirtualBytes => Limit("Max address space");

    private static string[] ReadStat()
    {
        var text = File.ReadAllText("/proc/self/stat");
        return text[(text.LastIndexOf(')') + 2)..].Split(' ');
    }

    private static long Number(string[] fields, int index) =>
        long.Parse(fields[index], CultureInfo.InvariantCulture);

    /// <returns>-1 without a limit.</returns>
    private static long Limit(string name)
    {
        foreach (var line in File.ReadLines("/proc/self/limits"))
        {
            if (line.StartsWith(name, StringComparison.Ordinal))
            {
                var soft = line[name.Length..].TrimStart().Split(' ')[0];
                return long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit)
                    ? limit
                    : -1;
            }
        }

        return -1;
    }
}
