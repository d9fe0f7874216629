using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Owners;
using Leakstat.Model;

namespace Leakstat.Tests.Diagnosis;

public sealed class OwnerLookupTests
{
    private static ImmutableArray<Owner> Owners(Capture capture, Subject subject) =>
        OwnerLookup.Of(Given.Case(capture), subject);

    [Fact]
    public void A_loaded_module_is_preferred_to_the_kernel_that_may_hold_it()
    {
        // The table has kernel;crypto.ko for it.
        Owner loaded = Owners(CaptureWith.Nothing().Modules("crypto.ko"), Subject.Malloc("crypto"))[0];
        Owner builtIn = Owners(CaptureWith.Nothing().Modules("zfs.ko"), Subject.Malloc("crypto"))[0];
        Assert.Equal("crypto.ko", loaded.Module);
        Assert.Equal("kernel", builtIn.Module);
        Assert.StartsWith("sys/opencrypto/crypto.c", loaded.Source, StringComparison.Ordinal);
    }

    [Fact]
    public void A_module_that_is_not_loaded_is_named_with_that_remark()
    {
        Owner owner = Assert.Single(Owners(CaptureWith.Nothing().Modules("pf.ko"), Subject.Zone("abd_chunk")));
        Assert.Equal("zfs.ko", owner.Module);
        Assert.Contains("not among the loaded files", owner.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_kldstat_that_is_said()
    {
        Owner owner = Assert.Single(Owners(CaptureWith.Nothing(), Subject.Zone("abd_chunk")));
        Assert.Contains("no kldstat", owner.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_type_with_the_name_of_a_loaded_out_of_tree_module_is_linked_to_it_as_a_likeness()
    {
        Owner owner = Assert.Single(Owners(CaptureWith.Nothing().Modules("zfs.ko", "leakmod.ko"), Subject.Malloc("leakmod")));
        Assert.Equal("leakmod.ko", owner.Module);
        Assert.Null(owner.Source);
        Assert.Contains("has the name of the loaded module leakmod.ko, which is out of tree", owner.Why, StringComparison.Ordinal);
        Assert.Contains("no proof", owner.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void The_beginning_of_a_name_is_a_weaker_likeness()
    {
        ImmutableArray<Owner> owners = Owners(CaptureWith.Nothing("12.1-RELEASE").Modules("sls.ko", "slos.ko"), Subject.Zone("SLOS node zone"));
        Assert.Equal("slos.ko", Assert.Single(owners).Module);
        Assert.Contains("begins like", owners[0].Why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_drivers_prefix_is_not_part_of_its_name() =>
        Assert.Equal("if_foo.ko", Owners(CaptureWith.Nothing().Modules("if_foo.ko"), Subject.Malloc("foo"))[0].Module);

    [Fact]
    public void An_unknown_name_is_said_to_be_unknown()
    {
        Owner owner = Assert.Single(Owners(CaptureWith.Nothing().Modules("zfs.ko", "pf.ko"), Subject.Malloc("wobble")));
        Assert.Equal(OwnerLookup.Unknown, owner.Module);
        Assert.Null(owner.Source);
        Assert.Contains("not in the table", owner.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void LinuxKpi_names_every_loaded_driver_that_shares_it()
    {
        ImmutableArray<Owner> owners = Owners(
            CaptureWith.Nothing().Modules("linuxkpi.ko", "drm.ko", "i915kms.ko", "zfs.ko"), Subject.Malloc("lkpikmalloc"));
        Assert.Contains("drm.ko", owners.Select(o => o.Module));
        Assert.Contains("i915kms.ko", owners.Select(o => o.Module));
        Assert.DoesNotContain("zfs.ko", owners.Select(o => o.Module));
        Assert.Contains("shared by all LinuxKPI drivers", owners.First(o => o.Module == "i915kms.ko").Why, StringComparison.Ordinal);
    }

    [Fact]
    public void The_type_linux_is_LinuxKPIs_only_up_to_12_and_only_with_its_drivers()
    {
        Assert.Contains("i915kms.ko", Owners(CaptureWith.Nothing("12.0-RELEASE").Modules("linuxkpi.ko", "i915kms.ko"), Subject.Malloc("linux")).Select(o => o.Module));
        Assert.DoesNotContain("i915kms.ko", Owners(CaptureWith.Nothing("14.2-RELEASE").Modules("linux.ko", "i915kms.ko"), Subject.Malloc("linux")).Select(o => o.Module));
        Assert.Equal("linux.ko", Owners(CaptureWith.Nothing("12.0-RELEASE").Modules("linux.ko"), Subject.Malloc("linux"))[0].Module);
    }

    [Fact]
    public void Malloc_buckets_belong_to_no_single_type()
    {
        Owner owner = Assert.Single(Owners(CaptureWith.Nothing(), Subject.Zone("malloc-256")));
        Assert.Equal("kernel", owner.Module);
        Assert.Contains("every malloc type", owner.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Mbuf_zones_have_owners_and_hosts_have_none()
    {
        Assert.Equal("kernel", Owners(CaptureWith.Nothing(), Subject.Zone("mbuf_cluster"))[0].Module);
        Assert.Empty(Owners(CaptureWith.Nothing(), Subject.Host("swap")));
    }
}
