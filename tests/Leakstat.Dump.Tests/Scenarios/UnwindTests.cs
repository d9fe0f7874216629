using Leakstat.Dump.Tests.Image;
using Leakstat.Dump.Unwinding;

namespace Leakstat.Dump.Tests.Scenarios;

/// <summary>The stack of the thread that panicked, followed through the trap that made it panic.</summary>
public class UnwindTests
{
    [Theory]
    [InlineData("12")]
    [InlineData("13")]
    [InlineData("14")]
    [InlineData("15")]
    public void The_panicking_thread_is_followed_through_its_trap(string release)
    {
        CrashedMachine crashed = new Scenario(Writer.MachineTests.OptionsOf(release)).Crash();
        using Opened opened = Opened.Minidump(crashed);

        PanicThread thread = StackUnwinder.OfPanic(opened.Dump);

        Assert.Equal(("crasher", "crasher", crashed.Machine.Threads.Panicking.Id), (thread.Name, thread.Process, thread.ThreadId));
        Assert.Equal(
            [
                "doadump+0x31", "kern_reboot+0x2a", "vpanic+0x2a", "trap_pfault+0x2a", "trap+0x2a", "calltrap+0x2a",
                "bad_function+0x31   (trap here)", "sys_ioctl+0x2a", "amd64_syscall+0x2a", "fork_exit+0x2a", "fork_trampoline+0x2a",
            ],
            thread.Frames.Select(frame => frame.ToString()));
        Assert.Null(thread.Problem);
    }

    [Theory]
    [InlineData("13", true)]
    [InlineData("14", true)]
    [InlineData("15", true)]
    [InlineData("14", false)]
    public void On_arm_too(string release, bool minidump)
    {
        var heap = new Scenario(Writer.MachineTests.OptionsOf(release) with { IsArm = true, La57 = false });
        KernelThread thread = heap.Machine.Threads.Start("crasher", "crasher").Call("do_el0_sync").Call("sys_ioctl").Call("bad_function");
        thread.Local();
        heap.Machine.Threads.Panics(thread.Trap().Call("data_abort"));
        CrashedMachine crashed = heap.Crash();
        using Opened opened = minidump ? Opened.Minidump(crashed) : Opened.Of(crashed, ElfDumps.Full(crashed));

        PanicThread found = StackUnwinder.OfPanic(opened.Dump);

        Assert.Equal(
            [
                "doadump+0x30", "kern_reboot+0x2c", "vpanic+0x2c", "data_abort+0x2c", "do_el1h_sync+0x2c", "handle_el1h_sync+0x2c",
                "bad_function+0x30   (trap here)", "sys_ioctl+0x2c", "do_el0_sync+0x2c", "fork_exit+0x2c", "fork_trampoline+0x2c",
            ],
            found.Frames.Select(frame => frame.ToString()));
        Assert.Null(found.Problem);
    }

    [Fact]
    public void A_stack_that_runs_in_a_circle_ends_with_a_note()
    {
        CrashedMachine crashed = new Scenario().Crash();
        Image.Machine machine = crashed.Machine;
        ulong frame = machine.At("pcb", machine.Kernel["dumppcb"])["pcb_rbp"];
        machine.Space.Write(frame, frame);
        using Opened opened = Opened.Minidump(crashed);

        PanicThread thread = StackUnwinder.OfPanic(opened.Dump);

        Assert.Equal(["doadump+0x31", "kern_reboot+0x2a"], thread.Frames.Select(f => f.ToString()));
        Assert.Contains("leads from", thread.Problem!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0x7fffffffed70)]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_system_call_ends_the_stack_whatever_frame_pointer_user_code_had(long pointer)
    {
        var heap = new Scenario();
        KernelThread thread = heap.Machine.Threads.Start("sysctl", "sysctl").Enter((ulong)pointer).Call("sys___sysctl").Call("panic");
        heap.Machine.Threads.Panics(thread);
        using Opened opened = Opened.Minidump(heap.Crash());

        PanicThread read = StackUnwinder.OfPanic(opened.Dump);

        Assert.Equal("fast_syscall_common+0x2a", read.Frames[^1].ToString());
        Assert.Null(read.Problem);
    }

    [Fact]
    public void A_stack_that_began_in_user_code_ends_there()
    {
        CrashedMachine crashed = new Scenario().Crash();
        Image.Machine machine = crashed.Machine;
        ulong frame = machine.At("pcb", machine.Kernel["dumppcb"])["pcb_rbp"];
        while (machine.Space.Read64(frame) is not 0 and ulong next)
        {
            frame = next;
        }

        // What a user thread's rbp was when it called (a real kernel of 12.1).
        machine.Space.Write(frame, 0x7fff_ffff_ed70);
        using Opened opened = Opened.Minidump(crashed);

        PanicThread thread = StackUnwinder.OfPanic(opened.Dump);

        Assert.Equal("fork_trampoline+0x2a", thread.Frames[^1].ToString());
        Assert.Null(thread.Problem);
    }

    [Fact]
    public void Functions_of_modules_are_named_with_their_module()
    {
        var heap = new Scenario();
        Module module = heap.Machine.Modules.Load("if_foo.ko");
        IPlace function = module.Variable("foo_detach", 64, ".text");
        KernelThread thread = heap.Machine.Threads.Start("kldunload", "kldunload").Call("module_unload").CallAt(function.Address);
        heap.Machine.Threads.Panics(thread);
        using Opened opened = Opened.Minidump(heap.Crash());

        Assert.Contains("if_foo.ko:foo_detach+0x2a", StackUnwinder.OfPanic(opened.Dump).Frames.Select(f => f.Symbol));
    }
}
