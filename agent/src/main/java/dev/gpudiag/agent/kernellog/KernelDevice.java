package dev.gpudiag.agent.kernellog;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * {@code /dev/kmsg}, opened so that a read which has nothing to give returns at once.
 *
 * <p>Java opens no file non-blocking, and a thread that waits in a read could never tell that it has seen everything:
 * hence libc's own open and read.
 */
final class KernelDevice implements KernelBuffer {

    private static final int READ_ONLY = 0;
    private static final int NON_BLOCKING = 0x800;
    private static final int CLOSE_ON_EXEC = 0x80000;

    private static final int NOT_PERMITTED = 1;
    private static final int NO_SUCH_FILE = 2;
    private static final int INTERRUPTED = 4;
    private static final int TRY_AGAIN = 11;
    private static final int ACCESS_DENIED = 13;
    private static final int BROKEN_PIPE = 32;

    /** The functions of libc that are needed, bound when the first device is opened. */
    private static final class Libc {
        static {
            Native.register(Libc.class, "c");
        }

        private Libc() {}

        static native int open(String path, int flags) throws LastErrorException;

        static native NativeLong read(int file, byte[] buffer, NativeLong size) throws LastErrorException;

        static native int close(int file) throws LastErrorException;
    }

    private final String path;
    private final int file;
    private final byte[] buffer = new byte[KmsgRecord.SIZE_LIMIT];
    private boolean closed;

    private KernelDevice(String path, int file) {
        this.path = path;
        this.file = file;
    }

    /** @throws IOException with the reason in the form that file operations of Java give */
    static KernelDevice open(Path device) throws IOException {
        String path = device.toString();
        try {
            return new KernelDevice(path, Libc.open(path, READ_ONLY | NON_BLOCKING | CLOSE_ON_EXEC));
        } catch (LastErrorException e) {
            throw failure(path, e.getErrorCode());
        } catch (UnsatisfiedLinkError e) {
            throw new FileSystemException(path, null, "no C library to open it with");
        }
    }

    private static IOException failure(String path, int error) {
        return switch (error) {
            case NOT_PERMITTED, ACCESS_DENIED -> new AccessDeniedException(path);
            case NO_SUCH_FILE -> new NoSuchFileException(path);
            default -> new FileSystemException(path, null, "error " + error);
        };
    }

    @Override
    public Next next() throws IOException {
        while (true) {
            try {
                int size =
                        Libc.read(file, buffer, new NativeLong(buffer.length)).intValue();
                return size > 0 ? new Next.Entry(new String(buffer, 0, size, UTF_8)) : new Next.End();
            } catch (LastErrorException e) {
                int error = e.getErrorCode();
                if (error == TRY_AGAIN) {
                    return new Next.End();
                }
                if (error == BROKEN_PIPE) {
                    return new Next.Overrun();
                }
                if (error != INTERRUPTED) {
                    throw failure(path, error);
                }
            }
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            try {
                int ignored = Libc.close(file);
            } catch (LastErrorException e) {
                // nothing was written: there is nothing to lose
            }
        }
    }
}
