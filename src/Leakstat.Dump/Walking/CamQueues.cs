using Leakstat.Dump.Target;

namespace Leakstat.Dump.Walking;

/// <summary>
/// The arrays of CAM's queues. They are numbered from 1, and what is stored is the address of a place 0 that there is
/// not: one word
/// before the block (<c>camq_init</c>, <c>camq_resize</c> in <c>sys/cam/cam_queue.c</c>). Each device has one, each
/// controller another.
/// </summary>
internal static class CamQueues
{
    private const int MostBuses = 4096;
    private const int MostDevices = 100_000;

    /// <summary>
    /// Addresses of the arrays, by the lists of buses, targets and devices; none where these are not known.
    /// </summary>
    public static IReadOnlyList<ulong> Find(WalkContext context)
    {
        KernelTypes types = context.Types;
        int buses = types.Offset("xpt_softc", "xpt_busses");
        int nextBus = types.Offset("cam_eb", "links");
        int targets = types.Offset("cam_eb", "et_entries");
        int nextTarget = types.Offset("cam_et", "links");
        int devices = types.Offset("cam_et", "ed_entries");
        int nextDevice = types.Offset("cam_ed", "links");
        int deviceQueue = types.Offset("cam_ed", "ccbq");
        int inner = types.Offset("cam_ccbq", "queue");
        int array = types.Offset("camq", "queue_array");
        ulong head = context.Symbols.Address("xsoftc");
        if (head == 0
            || buses < 0
            || nextBus < 0
            || targets < 0
            || nextTarget < 0
            || devices < 0
            || nextDevice < 0
            || deviceQueue < 0
            || inner < 0
            || array < 0)
        {
            return [];
        }

        var found = new List<ulong>();
        foreach (ulong bus in context.List(head + (ulong)buses, nextBus, "buses of CAM", MostBuses))
        {
            AddController(context, bus, array, found);
            foreach (ulong target in context.List(bus + (ulong)targets, nextTarget, "targets of CAM", MostDevices))
            {
                foreach (ulong device in context.List(
                    target + (ulong)devices, nextDevice, "devices of CAM", MostDevices))
                {
                    Add(context, device + (ulong)deviceQueue + (ulong)inner, array, found);
                    if (found.Count > MostDevices)
                    {
                        return found;
                    }
                }
            }
        }

        return found;
    }

    private static void AddController(WalkContext context, ulong bus, int array, List<ulong> found)
    {
        int sim = context.Types.Offset("cam_eb", "sim");
        int queues = context.Types.Offset("cam_sim", "devq");
        int sent = context.Types.Offset("cam_devq", "send_queue");
        if (sim >= 0 && queues >= 0 && sent >= 0 && context.Memory.Pointer(bus, sim) is not 0 and ulong controller
            && context.Memory.Pointer(controller, queues) is not 0 and ulong queue)
        {
            Add(context, queue + (ulong)sent, array, found);
        }
    }

    private static void Add(WalkContext context, ulong queue, int array, List<ulong> found)
    {
        if (context.Memory.Pointer(queue, array) is not 0 and < ulong.MaxValue - 8 and ulong before)
        {
            found.Add(before + 8);
        }
    }
}
