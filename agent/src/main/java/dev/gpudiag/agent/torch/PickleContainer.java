package dev.gpudiag.agent.torch;

/** A list, tuple or dictionary of a pickle, or one that was not kept. */
sealed interface PickleContainer permits PickleDict, PickleList, PickleContainer.Dropped {

    Region region();

    /** How many containers are nested in it, itself included. */
    int height();

    /** Takes note of a container that is put into this one. */
    void holds(PickleContainer child);

    /** Stands for a value that was parsed and not kept. */
    enum Dropped implements PickleContainer {
        VALUE;

        @Override
        public Region region() {
            return Region.DROPPED;
        }

        @Override
        public int height() {
            return 1;
        }

        @Override
        public void holds(PickleContainer child) {
            // nothing of it is kept
        }
    }
}
