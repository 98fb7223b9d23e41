using System.Text;
using NetMon.Kubernetes.Reading;
using NetMon.Kubernetes.Watching;
using NetMon.Lab.ApiServer.Objects;

namespace NetMon.Kubernetes.Tests.Reading;

public sealed class HostileObjectTests
{
    private const string Good =
        """{"metadata":{"name":"good","namespace":"n","uid":"u"},"status":{"podIP":"10.0.0.1"}}""";

    [Theory]
    [InlineData(
        """{"metadata":{"name":"bad","namespace":"n","uid":"u","labels":["a"]}}""",
        "n/bad",
        "an object was expected"
    )]
    [InlineData("""{"metadata":{"namespace":"n","name":"bad","uid":7}}""", "n/bad", "a text was expected")]
    [InlineData(
        """{"metadata":{"name":"bad","uid":"u"},"spec":{"hostNetwork":"yes"}}""",
        "bad",
        "true or false was expected"
    )]
    [InlineData(
        """{"metadata":{"name":"bad","uid":"u","creationTimestamp":"yesterday"}}""",
        "bad",
        "a time was expected"
    )]
    [InlineData(
        """{"metadata":{"name":"bad","uid":"u"},"status":{"podIPs":{"ip":"10.0.0.1"}}}""",
        "bad",
        "a list was expected"
    )]
    [InlineData("""{"metadata":{"name":"bad"}}""", "bad", "it has no name or no uid")]
    [InlineData("""{"metadata":{"uid":"u"}}""", "(no name)", "it has no name or no uid")]
    [InlineData(
        """{"metadata":{"name":"bad","uid":"u","labels":{"a":tru}}}""",
        "bad",
        "is an invalid JSON literal"
    )]
    [InlineData("""{"metadata":{"name":"bad","uid":"u","labels":{"a":"\ud800"}}}""", "bad", "")]
    [InlineData(
        """{"metadata":{"name":"\u001b[31mred","uid":"u"}}""",
        "?[31mred",
        "a name of other than printable characters"
    )]
    [InlineData(
        """{"metadata":{"name":"a b","uid":"u"}}""",
        "a b",
        "a name of other than printable characters"
    )]
    [InlineData("null", "(no name)", "it is no object")]
    [InlineData("5", "(no name)", "an object was expected")]
    public void An_object_that_cannot_be_read_is_named_and_costs_no_other(
        string json,
        string name,
        string error
    )
    {
        var list = Encoding.UTF8.GetBytes($"{{\"items\":[{Good},{json},{Good}]}}");
        var results = ListText.ReadAll(WatchedResources.Pods, list, out _);
        Assert.Equal(3, results.Count);
        Assert.NotNull(results[0].Item);
        Assert.NotNull(results[2].Item);
        Assert.Null(results[1].Item);
        Assert.Equal(name, results[1].Name);
        Assert.Contains(error, results[1].Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_that_is_not_UTF_8_makes_its_object_unreadable()
    {
        byte[] list =
        [
            .. "{\"items\":[{\"metadata\":{\"name\":\"bad\",\"uid\":\"u\",\"namespace\":\""u8,
            0xc3,
            0x28,
            .. "\"}},"u8,
            .. Encoding.UTF8.GetBytes(Good),
            .. "]}"u8,
        ];
        var results = ListText.ReadAll(WatchedResources.Pods, list, out _);
        Assert.Equal("bad", results[0].Name);
        Assert.NotNull(results[1].Item);
    }

    [Theory]
    [InlineData("""{"metadata":{"name":"s","uid":"u"},"spec":{"ports":[{"port":70000}]}}""")]
    [InlineData("""{"metadata":{"name":"s","uid":"u"},"spec":{"ports":[{"port":-1}]}}""")]
    [InlineData("""{"metadata":{"name":"s","uid":"u"},"spec":{"ports":[{"port":1e400}]}}""")]
    [InlineData("""{"metadata":{"name":"s","uid":"u"},"spec":{"ports":[{"port":80.5}]}}""")]
    [InlineData("""{"metadata":{"name":"s","uid":"u"},"spec":{"ports":[{"port":99999999999999999999}]}}""")]
    public void A_port_that_is_none_makes_its_service_unreadable(string json)
    {
        var result = ListText.Read(WatchedResources.Services, json);
        Assert.Null(result.Item);
        Assert.Contains("a whole number of 0 to 65535 was expected", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_the_hostile_objects_are_the_others_are_read_and_memory_is_bounded()
    {
        var text = new StringBuilder("{\"items\":[");
        foreach (var item in HostileObjects.All)
        {
            text.Append(item.ToJsonString()).Append(',');
        }

        var list = Encoding.UTF8.GetBytes(text.Append(Good).Append("]}").ToString());
        Assert.True(list.Length > 10_000_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var results = ListText.ReadAll(WatchedResources.Pods, list, out var context);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(HostileObjects.All.Count() + 1, results.Count);
        Assert.Equal("good", results[^1].Item!.Id.Name);
        // What has wanted fields of a megabyte makes the buffer grow, which is given back; the 10 MB do not.
        Assert.InRange(allocated, 0, 20_000_000);

        var read = results
            .Where(result => result.Item is not null)
            .ToDictionary(r => r.Item!.Id.Name, r => r.Item!);
        Assert.Empty(read["huge-annotation"].Labels);
        Assert.Equal(ObjectMetadata.MostLabels, read["label-bomb"].Labels.Count);
        Assert.Empty(read["huge-label"].Labels);
        Assert.Empty(read["bad-addresses"].Addresses);
        Assert.Equal(AddressReader.Most, read["many-addresses"].Addresses.Count);
        Assert.Contains("deep-nesting", read.Keys);
        Assert.All(results, result => Assert.True((result.Name?.Length ?? 0) < 250));
        Assert.All(results, result => Assert.DoesNotContain(result.Name ?? "", char.IsControl));
        Assert.True(context.ValuesIgnored > 10_000);
    }

    [Fact]
    public void An_object_whose_used_fields_are_too_large_is_named()
    {
        var huge = new string('v', ObjectStream.MaxObject);
        var list = Encoding.UTF8.GetBytes(
            $$$"""{"items":[{"metadata":{"name":"bad","namespace":"n","uid":"u","labels":{"a":"{{{huge}}}"} } },{{{Good}}}]}"""
        );
        var results = ListText.ReadAll(WatchedResources.Pods, list, out _);
        Assert.Equal("n/bad", results[0].Name);
        Assert.Contains("have more than 4194304 bytes", results[0].Error, StringComparison.Ordinal);
        Assert.NotNull(results[1].Item);
    }

    // Every text that is nearly an object: the reader answers, and does not throw.
    [Fact]
    public void Damaged_text_never_breaks_the_reader()
    {
        var random = new Random(7);
        var good = Encoding.UTF8.GetBytes($"{{\"items\":[{Good}]}}");
        for (var i = 0; i < 20_000; i++)
        {
            var text = good.ToArray();
            for (var n = random.Next(1, 4); n > 0; n--)
            {
                text[random.Next(text.Length)] =
                    random.Next(3) == 0 ? (byte)random.Next(256) : text[random.Next(text.Length)];
            }

            try
            {
                ListText.ReadAll(WatchedResources.Pods, text, out _);
            }
            catch (AggregateException error)
            {
                Assert.IsType<InvalidDataException>(error.InnerException);
            }
        }
    }
}
