package dev.gpudiag.agent.torch;

import dev.gpudiag.agent.torch.PickleContainer.Dropped;
import java.math.BigInteger;

/** Makes and fills the containers of a pickle that are kept, within a budget. Not thread-safe. */
final class ContainerBuilder {

    private static final int HEIGHT_LIMIT = 64;

    /** Out-of-memory entries of a trace that are kept. */
    private static final int OOM_LIMIT = 1000;

    private final HeapBudget budget;
    private final PickleMemo memo;
    private boolean keepsFrames;
    private boolean framesLeftOut;
    private int ooms;

    ContainerBuilder(HeapBudget budget, PickleMemo memo, boolean keepsFrames) {
        this.budget = budget;
        this.memo = memo;
        this.keepsFrames = keepsFrames;
    }

    /** Whether frames were left out because there were too many. */
    boolean framesLeftOut() {
        return framesLeftOut;
    }

    PickleContainer list(Region region) throws TorchFileException {
        if (!keeps(region)) {
            return Dropped.VALUE;
        }
        budget.charge(HeapBudget.CONTAINER);
        return new PickleList(region);
    }

    PickleContainer dict(Region region) throws TorchFileException {
        if (!keeps(region)) {
            return Dropped.VALUE;
        }
        if (region != Region.TRACES) {
            budget.charge(HeapBudget.CONTAINER);
        }
        return new PickleDict(region);
    }

    private boolean keeps(Region region) {
        if (region == Region.FRAMES && keepsFrames && budget.isHalfUsed()) {
            keepsFrames = false;
            framesLeftOut = true;
        }
        return region != Region.DROPPED && (region != Region.FRAMES || keepsFrames);
    }

    void append(PickleList list, Object item) throws TorchFileException {
        if (list.region() == Region.TRACES && !(item instanceof PickleList)) {
            if (item instanceof PickleDict entry && isOom(entry) && ooms < OOM_LIMIT) {
                ooms++;
                keep(entry);
                list.add(new TraceEntry(list.length(), entry));
            } else {
                list.skip();
            }
            return;
        }
        if (list.region() == Region.FRAMES && item == Dropped.VALUE) {
            list.skip();
            return;
        }
        budget.charge(HeapBudget.ENTRY);
        hold(list, item);
        list.add(item);
    }

    private static boolean isOom(PickleDict entry) {
        return entry.get("action").filter("oom"::equals).isPresent();
    }

    private void keep(PickleDict entry) throws TorchFileException {
        budget.charge(2 * HeapBudget.CONTAINER + 16L * HeapBudget.ENTRY);
        if (entry.memoIndex() >= 0) {
            memo.keep(entry.memoIndex(), entry);
        }
    }

    /** Keys other than texts are in no container that is looked at. */
    void put(PickleDict dict, Object key, Object value) throws TorchFileException {
        if (!(key instanceof String name)) {
            return;
        }
        if (dict.put(name, value) && dict.region() != Region.TRACES) {
            budget.charge(HeapBudget.ENTRY);
        }
        hold(dict, value);
    }

    private void hold(PickleContainer parent, Object child) throws TorchFileException {
        if (child instanceof BigInteger && parent.region() != Region.TRACES) {
            budget.charge(HeapBudget.CONTAINER);
        }
        if (child instanceof PickleContainer container) {
            parent.holds(container);
            if (parent.height() > HEIGHT_LIMIT) {
                throw new TorchFileException("nested deeper than " + HEIGHT_LIMIT);
            }
        }
    }
}
