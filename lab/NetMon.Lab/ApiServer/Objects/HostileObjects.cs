using System.Text.Json.Nodes;

namespace NetMon.Lab.ApiServer.Objects;

/// <summary>Pods that someone made to break who reads them. An API server would refuse some of them; one that is broken into would not.</summary>
public static class HostileObjects
{
    /// <summary>One of each.</summary>
    public static IEnumerable<JsonObject> All =>
        [
            HugeAnnotation(),
            LabelBomb(),
            HugeLabel(),
            WrongTypes(),
            BadAddresses(),
            ManyAddresses(),
            DeepNesting(),
            .. AbsurdNames(),
        ];

    /// <param name="bytes">Default 10 MB.</param>
    public static JsonObject HugeAnnotation(int bytes = 10_000_000)
    {
        var pod = Pod("huge-annotation");
        pod["metadata"]!["annotations"] = new JsonObject { ["hostile"] = new string('x', bytes) };
        return pod;
    }

    public static JsonObject LabelBomb(int labels = 10_000)
    {
        var pod = Pod("label-bomb");
        var bomb = new JsonObject();
        for (var index = 0; index < labels; index++)
        {
            bomb[$"example.com/label-{index}"] = $"value-{index}-{new string('y', 40)}";
        }

        pod["metadata"]!["labels"] = bomb;
        return pod;
    }

    public static JsonObject HugeLabel(int bytes = 1_000_000)
    {
        var pod = Pod("huge-label");
        pod["metadata"]!["labels"] = new JsonObject { [new string('k', bytes)] = new string('v', bytes) };
        return pod;
    }

    /// <summary>Numbers, lists and objects where text belongs, and the other way round.</summary>
    public static JsonObject WrongTypes()
    {
        var pod = Pod("wrong-types");
        pod["metadata"]!["labels"] = new JsonArray("a", 1);
        pod["metadata"]!["ownerReferences"] = "ReplicaSet";
        pod["metadata"]!["deletionTimestamp"] = 17;
        pod["spec"]!["nodeName"] = new JsonObject { ["a"] = new JsonArray() };
        pod["spec"]!["hostNetwork"] = "yes";
        pod["status"]!["podIPs"] = new JsonObject { ["ip"] = 1 };
        pod["status"]!["podIP"] = 3232235777;
        pod["status"]!["phase"] = null;
        pod["status"]!["conditions"] = true;
        pod["status"]!["containerStatuses"] = new JsonArray(1, "two", null, new JsonArray());
        return pod;
    }

    /// <summary>Addresses that are none.</summary>
    public static JsonObject BadAddresses()
    {
        var pod = Pod("bad-addresses");
        pod["status"]!["podIP"] = "999.1.2.3";
        pod["status"]!["podIPs"] = new JsonArray(
            new JsonObject { ["ip"] = "999.1.2.3" },
            new JsonObject { ["ip"] = "fe80::1%eth0" },
            new JsonObject { ["ip"] = new string(':', 100_000) },
            new JsonObject { ["ip"] = "" },
            new JsonObject { ["ip"] = "10.0.0.1/24" }
        );
        return pod;
    }

    public static JsonObject ManyAddresses(int addresses = 50_000)
    {
        var pod = Pod("many-addresses");
        pod["status"]!["podIPs"] = new JsonArray([
            .. Enumerable
                .Range(0, addresses)
                .Select(index => new JsonObject
                {
                    ["ip"] = $"10.{index >> 16}.{(index >> 8) & 255}.{index & 255}",
                }),
        ]);
        return pod;
    }

    public static JsonObject DeepNesting(int depth = 500)
    {
        var pod = Pod("deep-nesting");
        JsonNode inner = new JsonObject();
        for (var level = 0; level < depth; level++)
        {
            inner = new JsonObject { ["a"] = inner };
        }

        pod["spec"]!["nested"] = inner;
        return pod;
    }

    /// <summary>Names that no API server would take, and that break terminals, exposition formats and paths.</summary>
    public static IEnumerable<JsonObject> AbsurdNames()
    {
        string[] names =
        [
            new('n', 100_000),
            "quote\"back\\slash\nnew line\ttab\r",
            "\u001b[31mred\u001b[0m\u0007",
            "../../etc/passwd",
            "\u202Eright-to-left \U0001F4A9 \u0000 nul",
            "{label=\"injection\"} 1",
            " ",
        ];
        return names.Select(name => Pod(name, name));
    }

    private static JsonObject Pod(string name, string space = "hostile") =>
        ObjectBuilder.Pod(
            new PodDescription
            {
                Name = name,
                Namespace = space,
                Node = "node-1",
                Addresses = ["10.250.0.1"],
            }
        );
}
