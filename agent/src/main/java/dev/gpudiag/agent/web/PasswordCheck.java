package dev.gpudiag.agent.web;

import at.favre.lib.crypto.bcrypt.BCrypt;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Whether a password is a user's: one bcrypt at a time, and few that fail.
 *
 * <p>A password that was right is remembered by a keyed hash, since each bcrypt takes a tenth of a second or more of a
 * processor; guesses take from a small budget that fills up again, so that they can neither be many nor burn the processor.
 * A user that there is not takes as long as one with a wrong password. Thread-safe.
 */
final class PasswordCheck {

    /** Wrong passwords that may come at once; after them, one in {@link #REFILL}. */
    static final int BURST = 10;

    static final Duration REFILL = Duration.ofSeconds(1);

    private static final int REMEMBERED = 100;
    private static final Duration WAIT = Duration.ofSeconds(3);

    /** bcrypt takes no more of a password. */
    private static final int MOST_BYTES = 72;

    /** Of a password that nobody knows. */
    private static final String NOBODY = "$2y$10$k75mV8ZR4CDTL24krk3dtuZRT9PpP/xItmObiRekY/BrtsVFiibUe";

    private final Map<String, String> users;
    private final LongSupplier nanoTime;
    private final ReentrantLock verifying = new ReentrantLock(true);
    private final byte[] secret = new byte[32];
    private final Map<String, Boolean> right = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    };
    private long budgetNanos;
    private long countedAt;

    /** What a check says. */
    enum Outcome {
        RIGHT,
        WRONG,
        /** Too many wrong ones came before: it was not looked at. */
        TOO_MANY
    }

    PasswordCheck(Map<String, String> users, LongSupplier nanoTime) {
        this.users = Map.copyOf(users);
        this.nanoTime = nanoTime;
        new SecureRandom().nextBytes(secret);
        budgetNanos = REFILL.toNanos() * BURST;
        countedAt = nanoTime.getAsLong();
    }

    Outcome check(String user, String password) {
        byte[] bytes = password.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > MOST_BYTES) {
            return Outcome.WRONG;
        }
        String digest = digest(user, bytes);
        synchronized (right) {
            if (right.containsKey(digest)) {
                return Outcome.RIGHT;
            }
        }
        try {
            if (!verifying.tryLock(WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                return Outcome.TOO_MANY;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Outcome.TOO_MANY;
        }
        try {
            return verify(user, bytes, digest);
        } finally {
            verifying.unlock();
        }
    }

    private Outcome verify(String user, byte[] password, String digest) {
        long now = nanoTime.getAsLong();
        budgetNanos = Math.min(REFILL.toNanos() * BURST, budgetNanos + now - countedAt);
        countedAt = now;
        if (budgetNanos < REFILL.toNanos()) {
            return Outcome.TOO_MANY;
        }
        String hash = users.getOrDefault(user, NOBODY);
        boolean same = BCrypt.verifyer().verify(password, hash.getBytes(StandardCharsets.US_ASCII)).verified
                && users.containsKey(user);
        if (!same) {
            budgetNanos -= REFILL.toNanos();
            return Outcome.WRONG;
        }
        synchronized (right) {
            right.put(digest, true);
        }
        return Outcome.RIGHT;
    }

    private String digest(String user, byte[] password) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            mac.update(user.getBytes(StandardCharsets.UTF_8));
            mac.update((byte) 0);
            return HexFormat.of().formatHex(mac.doFinal(password));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }
}
