using NetMon.Configuration;
using NetMon.Core.Tests;

namespace NetMon.Tests.Configuration;

public class ConfigurationDocumentTests
{
    [Fact]
    public void The_document_lists_exactly_the_settings() =>
        DocumentedPart.Check(
            "docs/configuration.md",
            "settings",
            "| Setting | Flag | Environment | Value | Default | Changes | Meaning |\n|---|---|---|---|---|---|---|\n"
                + string.Concat(SettingTable.All.Select(Row))
        );

    [Fact]
    public void The_documents_example_is_accepted()
    {
        var example = Document().Split("```yaml\n")[1].Split("```")[0];
        using var file = new TemporaryFile(example);
        var errors = new List<ConfigurationError>();

        var options = AgentConfiguration.Load(file.Path, [], errors);

        Assert.Empty(errors);
        Assert.Equal(["eth*", "veth*"], options!.Capture.Interfaces);
        Assert.Equal(TimeSpan.FromSeconds(1), options.Flow.Interval);
    }

    [Fact]
    public void Keys_and_flags_are_unique_and_keys_have_a_section()
    {
        Assert.Distinct(SettingTable.All.Select(setting => setting.Key));
        Assert.Distinct(SettingTable.All.Select(setting => setting.Flag));
        Assert.All(SettingTable.All, setting => Assert.Matches(@"^[a-z]+(\.[a-z_]+)+$", setting.Key));
    }

    [Fact]
    public void A_default_written_out_is_accepted_and_changes_nothing()
    {
        var text = string.Concat(SettingTable.All.Select(setting => $"{setting.Key}: {setting.Default}\n"));
        using var file = new TemporaryFile(text);
        var errors = new List<ConfigurationError>();

        var options = AgentConfiguration.Load(file.Path, [], errors);

        Assert.Empty(errors);
        Assert.All(SettingTable.All, setting => Assert.Equal(setting.Default, setting.Write(options!)));
    }

    private static string Document() => File.ReadAllText(Repository.Path("docs/configuration.md"));

    private static string Row(Setting setting) =>
        $"| `{setting.Key}` | `{setting.Flag}` | {VariablesOf(setting)} | {TypeOf(setting)} | `{setting.Default}` | {(setting.IsLive ? "live" : "restart")} | {setting.Meaning ?? setting.Summary} |\n";

    private static string VariablesOf(Setting setting) =>
        string.Join(", ", EnvironmentSettings.NamesOf(setting).Select(name => $"`{name}`"));

    private static string TypeOf(Setting setting) =>
        (setting.IsList ? "list of " : "") + setting.Type.Replace("|", "\\|");
}
