using System.Globalization;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Captures;

/// <summary>Finds out who a capture's host is, from whatever of it says so.</summary>
internal static class HostIdentification
{
    /// <summary>The identity; parts that nothing says are absent.</summary>
    public static HostIdentity From(
        SysctlTable sysctls,
        UnameLine? uname,
        ApplianceLine? appliance,
        UptimeReading? uptime,
        TopHeader? top,
        string? manifestName,
        bool isNamed,
        DateTimeOffset? takenAt)
    {
        OtherHostName[] said = [.. NamesIn(sysctls, uname)];
        string? name = manifestName ?? said.FirstOrDefault()?.Name;
        string? product = appliance?.Product ?? ProductOf(sysctls.Text("kern.version"), name);
        long? version = sysctls.Number("kern.osreldate")?.Value;
        FreeBsdRelease? release = FreeBsdRelease.Parse(sysctls.Text("kern.osrelease"))
            ?? FreeBsdRelease.Parse(uname?.Release)
            ?? (version is { } number ? FreeBsdRelease.FromVersionNumber(number) : null)
            ?? (appliance is { Version: { } own } ? ApplianceTable.ReleaseOf(appliance.Product, own) : null);
        DateTimeOffset? booted = BootTime(sysctls.Text("kern.boottime"));
        long? up = uptime?.Seconds ?? top?.UptimeSeconds?.Value;
        if (up is null && booted is { } boot && takenAt is { } taken && taken > boot)
        {
            up = (long)(taken - boot).TotalSeconds;
        }

        OtherHostName? first = said.FirstOrDefault();
        string? compared = isNamed ? first?.Name : name;
        return new HostIdentity
        {
            Name = name,
            OtherName = said.FirstOrDefault(other => !HostNaming.MayBeSame(other.Name, compared!)),
            OwnName = first,
            IsLabelled = isNamed && manifestName is not null && first is not null
                && !HostNaming.MayBeSame(first.Name, manifestName),
            Release = release,
            Product = product,
            VersionNumber = version,
            Architecture = sysctls.Text("hw.machine_arch") is { } arch
                ? Canonical(arch)
                : uname?.Machine is { } machine ? Canonical(machine) : null,
            PhysicalMemory = sysctls.Number("hw.physmem"),
            PageSize = sysctls.Number("vm.stats.vm.v_page_size", "hw.pagesize"),
            BootedAt = booted,
            UptimeSeconds = up,
        };
    }

    /// <summary>The appliance by its kernel's version, else by the host name that it has until it is renamed.</summary>
    private static string? ProductOf(string? kernel, string? name) =>
        (kernel is null ? null : ApplianceTable.OfKernel(kernel))
            ?? (name?.Split('.')[0] is { } first and (Appliance.PfSense or Appliance.OpnSense) ? first : null);

    /// <summary>The names that outputs say themselves.</summary>
    private static IEnumerable<OtherHostName> NamesIn(SysctlTable sysctls, UnameLine? uname)
    {
        if (sysctls.TryLocate("kern.hostname", out SourceLine? at)
            && sysctls.Text("kern.hostname") is { Length: > 0 } host)
        {
            yield return new OtherHostName(host, at.Value);
        }

        if (uname?.HostName is { Length: > 0 } name)
        {
            yield return new OtherHostName(name, uname.At);
        }
    }

    private static string Canonical(string arch) => arch switch
    {
        "aarch64" => "arm64",
        _ => arch,
    };

    private static DateTimeOffset? BootTime(string? text)
    {
        if (text is null)
        {
            return null;
        }

        const string Seconds = "sec = ";
        int start = text.IndexOf(Seconds, StringComparison.Ordinal);
        ReadOnlySpan<char> digits = start < 0 ? [] : text.AsSpan(start + Seconds.Length);
        int end = digits.IndexOfAnyExceptInRange('0', '9');
        return long.TryParse(
                end < 0 ? digits : digits[..end], NumberStyles.None, CultureInfo.InvariantCulture, out long at)
            && at is > 0 and < 253_402_300_800
            ? DateTimeOffset.FromUnixTimeSeconds(at)
            : null;
    }
}

/// <summary>What <c>uptime</c> said.</summary>
/// <param name="Seconds">Time since boot, seconds (to the minute in text).</param>
/// <param name="At">Where.</param>
public sealed record UptimeReading(long Seconds, SourceLine At);
