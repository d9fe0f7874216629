using System.Collections.Immutable;
using System.Globalization;
using Leakstat.Fleet;

namespace Leakstat.DetectionBench.Fleets;

/// <summary>One host of a simulated fleet.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Traits">What tells it from others.</param>
/// <param name="UptimeAtStart">Hours since boot at its first capture.</param>
/// <param name="Load">How busy it is: factor on the levels and the noise of its series.</param>
/// <param name="RoleDrift">Drift of load that all hosts of its role have.</param>
internal sealed record SimulatedHost(string Name, HostTraits Traits, double UptimeAtStart, double Load, double RoleDrift);

/// <summary>
/// Traits of a fleet that hang together as they do where people run one: hardware decides the network driver, the
/// role decides modules and file system, the release decides the size of modules of the base system and how long ago
/// the last boot was.
/// </summary>
internal sealed class SimulatedTraits
{
    private const int Modules = 12;
    private const int Sysctls = 12;

    private static readonly string[] s_roles = ["web", "db", "fw", "edge"];
    private static readonly string[] s_releases =
        ["14.1-RELEASE-p6", "14.2-RELEASE-p1", "14.2-RELEASE-p3", "14.3-RELEASE"];

    private static readonly string[] s_machines = ["E5-2650", "E-2288G", "EPYC 7302P", "Xeon D-1541", "QEMU"];
    private static readonly string[] s_drivers = ["igb", "ix", "mlx5_core", "ixl", "vtnet"];

    private readonly double[] _roleDrift;
    private readonly double[] _loaded;
    private readonly double[,] _byRole;

    public SimulatedTraits(Chance chance)
    {
        _roleDrift = [.. s_roles.Select(_ => chance.Happens(0.5) ? chance.Between(0.2, 1) : 0)];
        _loaded = [.. Enumerable.Range(0, Modules).Select(_ => chance.Between(0.08, 0.6))];
        _byRole = new double[Modules, s_roles.Length];
        for (int m = 0; m < Modules; m++)
        {
            for (int r = 0; r < s_roles.Length; r++)
            {
                _byRole[m, r] = chance.Between(0.5, 1.5);
            }
        }
    }

    /// <summary>Draws a host.</summary>
    public SimulatedHost Host(Chance chance, int number)
    {
        int role = chance.Uniform() switch { < 0.4 => 0, < 0.6 => 1, < 0.75 => 2, _ => 3 };
        int release = Math.Min((int)(chance.Uniform() * 4 * (role == 2 ? 0.8 : 1)), 3);
        int machine = chance.Below(s_machines.Length);
        var values = ImmutableDictionary.CreateBuilder<HostTrait, string>();
        string text = s_releases[release];
        values[new HostTrait(TraitKind.PatchLevel, "")] = text;
        values[new HostTrait(TraitKind.Release, "")] = text.Split("-p")[0];
        values[new HostTrait(TraitKind.KernelIdent, "")] = chance.Happens(0.8) ? "GENERIC" : "ROUTER";
        values[new HostTrait(TraitKind.Processor, "")] = s_machines[machine];
        values[new HostTrait(TraitKind.NetworkDrivers, "")] = s_drivers[chance.Happens(0.9) ? machine : chance.Below(5)];
        values[new HostTrait(TraitKind.FileSystem, "")] = chance.Happens(role == 2 ? 0.2 : 0.8) ? "ZFS" : "UFS";
        for (int m = 0; m < Modules; m++)
        {
            if (chance.Happens(Math.Min(_loaded[m] * _byRole[m, role], 0.9)))
            {
                // Even ones are of the base system and built with the release; odd ones come as two or three builds.
                int build = m % 2 == 0 ? release : chance.Below(2 + (m % 3 == 0 ? 1 : 0));
                values[new HostTrait(TraitKind.Module, $"mod{m}.ko")] = "loaded";
                values[new HostTrait(TraitKind.ModuleSize, $"mod{m}.ko")] =
                    (20480 + (m * 4096) + (build * 128)).ToString(CultureInfo.InvariantCulture);
            }
        }

        for (int s = 0; s < Sysctls; s++)
        {
            values[new HostTrait(TraitKind.Sysctl, $"kern.tunable{s}")] =
                chance.Happens(s % 3 == 0 ? 0.5 : 0.9) ? "0" : chance.Below(3).ToString(CultureInfo.InvariantCulture);
        }

        double days = chance.LogBetween(1, 120) / (1 + (release * 0.8));
        return new SimulatedHost(
            $"{s_roles[role]}-{number:0000}",
            new HostTraits(values.ToImmutable(), knowsModules: true, knowsSysctls: true),
            days * 24,
            chance.LogBetween(0.5, 2),
            _roleDrift[role]);
    }

    /// <summary>
    /// Draws what a leak is in: a release, patch level, module or build that 20 hosts have and 20 have not.
    /// </summary>
    public (HostTrait Trait, string Value) Cause(Chance chance, SimulatedHost[] hosts)
    {
        while (true)
        {
            TraitKind kind = chance.Of(TraitKind.Release, TraitKind.PatchLevel, TraitKind.Module, TraitKind.ModuleSize);
            var trait = new HostTrait(
                kind, kind is TraitKind.Module or TraitKind.ModuleSize ? $"mod{chance.Below(Modules)}.ko" : "");
            string[] values = [.. hosts.Select(h => h.Traits.Of(trait)!).Where(v => v != HostTraits.Absent)];
            if (values.Length == 0)
            {
                continue;
            }

            string value = chance.Of(values);
            int with = values.Count(v => v == value);
            if (with >= 20 && hosts.Length - with >= 20)
            {
                return (trait, value);
            }
        }
    }
}
