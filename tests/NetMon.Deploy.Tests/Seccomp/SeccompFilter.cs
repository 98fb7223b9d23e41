using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json.Nodes;

namespace NetMon.Deploy.Tests.Seccomp;

/// <summary>
/// Makes the kernel's filter of a profile as container runtimes have it (github.com/opencontainers/runtime-spec, config-linux.md), as far as ours goes: x86-64,
/// names, comparisons of an argument's bits.
/// </summary>
/// <remarks>struct seccomp_data: number 4 bytes, architecture 4, instruction pointer 8, arguments of 8 bytes each.</remarks>
internal static class SeccompFilter
{
    private const string Numbers = "/usr/include/x86_64-linux-gnu/asm/unistd_64.h";
    private const uint Architecture = 0xc000003e;
    private const uint Allow = 0x7fff0000;
    private const uint Error = 0x00050000;
    private const uint Kill = 0x80000000;

    // BPF_LD | BPF_W | BPF_ABS and so on.
    private const ushort Load = 0x20;
    private const ushort And = 0x54;
    private const ushort JumpIfEqual = 0x15;
    private const ushort Return = 0x06;

    /// <param name="profile">The profile's JSON.</param>
    /// <returns>A run of struct sock_filter.</returns>
    public static byte[] Compile(JsonNode profile)
    {
        var numbers = ReadNumbers();
        var code = new List<byte[]>
        {
            Instruction(Load, 4),
            Instruction(JumpIfEqual, Architecture, 1, 0),
            Instruction(Return, Kill),
        };
        foreach (var rule in profile["syscalls"]!.AsArray())
        {
            var action = ActionOf(rule!["action"], rule["errnoRet"]);
            foreach (var name in rule["names"]!.AsArray())
            {
                Add(code, numbers[(string)name!], action, rule["args"]?.AsArray());
            }
        }

        code.Add(Instruction(Return, ActionOf(profile["defaultAction"], profile["defaultErrnoRet"])));
        return [.. code.SelectMany(one => one)];
    }

    private static void Add(List<byte[]> code, uint number, uint action, JsonArray? conditions)
    {
        code.Add(Instruction(Load, 0));
        if (conditions is null)
        {
            code.Add(Instruction(JumpIfEqual, number, 0, 1));
            code.Add(Instruction(Return, action));
            return;
        }

        var condition = Assert.Single(conditions)!;
        Assert.Equal("SCMP_CMP_MASKED_EQ", (string?)condition["op"]);
        var at = 16 + (8 * (uint)(int)condition["index"]!);
        code.Add(Instruction(JumpIfEqual, number, 0, 4));
        code.Add(Instruction(Load, at)); // the lower half, where the bits are
        code.Add(Instruction(And, (uint)(long)condition["value"]!));
        code.Add(Instruction(JumpIfEqual, (uint)(long)condition["valueTwo"]!, 0, 1));
        code.Add(Instruction(Return, action));
    }

    private static uint ActionOf(JsonNode? action, JsonNode? error) =>
        (string?)action switch
        {
            "SCMP_ACT_ALLOW" => Allow,
            "SCMP_ACT_ERRNO" => Error | (uint)(int)error!,
            var other => throw new NotSupportedException(other),
        };

    private static byte[] Instruction(ushort code, uint value, byte ifTrue = 0, byte ifFalse = 0)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, code);
        (bytes[2], bytes[3]) = (ifTrue, ifFalse);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), value);
        return bytes;
    }

    private static Dictionary<string, uint> ReadNumbers() =>
        File.ReadLines(Numbers)
            .Select(line => line.Split(' '))
            .Where(words => words.Length == 3 && words[1].StartsWith("__NR_", StringComparison.Ordinal))
            .ToDictionary(
                words => words[1]["__NR_".Length..],
                words => uint.Parse(words[2], CultureInfo.InvariantCulture)
            );
}
