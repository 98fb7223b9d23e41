using NetMon.Deploy.Tests.Manifests;
using NetMon.Lab.Machines;

namespace NetMon.Deploy.Tests.Release;

/// <summary>The Debian package's scripts on a system with systemd: in a mount namespace of their own, with a systemctl that notes what it is told.</summary>
public sealed class MaintainerScriptTests : IDisposable
{
    private readonly string _scratch = Directory.CreateTempSubdirectory("netmon-scripts-").FullName;

    public void Dispose() => Directory.Delete(_scratch, recursive: true);

    [SkippableFact]
    public void The_service_is_enabled_when_it_is_new_and_when_it_comes_back()
    {
        Assert.Equal("enabled", Play("postinst configure"));
        Assert.Equal("disabled", Play("postinst configure; prerm remove"));
        Assert.Equal(
            "enabled",
            Play("postinst configure; prerm remove; postrm remove; postinst configure 1.0")
        );
    }

    [SkippableFact]
    public void An_administrator_who_disabled_it_is_not_overruled()
    {
        const string Disable = "postinst configure; systemctl disable";
        Assert.Equal("disabled", Play($"{Disable}; prerm upgrade 1.1; postinst configure 1.0"));
        Assert.Equal("disabled", Play($"{Disable}; prerm remove; postrm remove; postinst configure 1.0"));
        Assert.Equal(
            "disabled",
            Play(
                "postinst configure; prerm remove; postinst configure 1.0; systemctl disable; postinst configure 1.0"
            )
        );
    }

    [SkippableFact]
    public void What_somebody_keeps_beside_the_marker_stays()
    {
        const string State = "/var/lib/netmon/state";
        Assert.Equal(
            "enabled",
            Play(
                $"postinst configure; prerm remove; touch {State}; postrm remove; postinst configure 1.0; test -e {State}"
            )
        );
    }

    private string Play(string scripts)
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "needs a mount namespace");
        var source = Path.Combine(Rendering.Root, "deploy/release/debian");
        var steps = scripts
            .Split("; ")
            .Select(step =>
                step.Split(' ')[0] is "systemctl" or "touch" or "test" ? step : $"sh {source}/{step}"
            );
        var script = $"""
            set -e
            mount -t tmpfs none /run
            mount -t tmpfs none /var/lib
            mkdir -p /run/systemd/system /run/bin
            cat >/run/bin/systemctl <<'END'
            #!/bin/sh
            case $1 in
            enable) : >/run/enabled ;;
            disable) rm -f /run/enabled ;;
            is-enabled) test -e /run/enabled ;;
            is-active) false ;;
            esac
            END
            printf '#!/bin/sh\n' >/run/bin/netmon
            chmod +x /run/bin/systemctl /run/bin/netmon
            PATH=/run/bin:$PATH
            {string.Join("\n", steps)}
            if test -e /run/enabled; then echo enabled; else echo disabled; fi
            """;
        var file = Path.Combine(_scratch, "play");
        File.WriteAllText(file, script);
        return Command.Run("unshare", "--mount", "--propagation", "private", "sh", file).Trim();
    }
}
