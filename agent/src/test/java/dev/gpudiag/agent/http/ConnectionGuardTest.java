package dev.gpudiag.agent.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.agent.metrics.HttpRequests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.LocalConnector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.internal.HttpConnection;
import org.junit.jupiter.api.Test;

class ConnectionGuardTest {

    private static final int MOST = 3;

    private long nanos = Long.MAX_VALUE - Duration.ofSeconds(5).toNanos(); // runs over during the tests
    private final ConnectionGuard guard = new ConnectionGuard(MOST, () -> nanos, new HttpRequests());

    /** A connection over which a test says how many bytes have come. */
    private static final class Client extends HttpConnection {
        private static final Connector CONNECTOR = new LocalConnector(new Server());

        private long bytes;

        Client() {
            super(new HttpConfiguration(), CONNECTOR, new ByteArrayEndPoint());
        }

        @Override
        public long getBytesIn() {
            return bytes;
        }

        boolean isOpen() {
            return getEndPoint().isOpen();
        }
    }

    private Client client() {
        Client client = new Client();
        guard.onOpened(client);
        return client;
    }

    /** The time passes second by second, and each second somebody looks. */
    private void pass(long seconds) {
        for (long i = 0; i < seconds; i++) {
            nanos += Duration.ofSeconds(1).toNanos();
            guard.sweep();
        }
    }

    private void answers(Client client) {
        guard.answering(client.getEndPoint());
        guard.answered(client.getEndPoint());
    }

    @Test
    void aRequestHasTenSecondsToCome() {
        Client silent = client();

        pass(10);
        assertThat(silent.isOpen()).isTrue();
        pass(1);
        assertThat(silent.isOpen()).isFalse();
        assertThat(guard.open()).isZero();
    }

    @Test
    void singleBytesDoNotMakeTheTimeLonger() {
        Client drip = client();
        for (int second = 0; second < 11; second++) {
            drip.bytes++;
            pass(1);
        }
        assertThat(drip.isOpen()).isFalse();
    }

    @Test
    void anAnswerHasThirtySecondsToBeTaken() {
        Client deaf = client();
        pass(9);
        guard.answering(deaf.getEndPoint());

        pass(30);
        assertThat(deaf.isOpen()).isTrue();
        pass(1);
        assertThat(deaf.isOpen()).isFalse();
    }

    @Test
    void aConnectionThatIsKeptMayBeIdleUntilItsNextRequestBegins() {
        Client kept = client();
        kept.bytes = 100;
        answers(kept);

        pass(45);
        assertThat(kept.isOpen()).as("idle").isTrue();
        kept.bytes = 101;
        pass(1);
        pass(10);
        assertThat(kept.isOpen()).as("ten seconds after its next request began").isTrue();
        pass(1);
        assertThat(kept.isOpen()).isFalse();
    }

    @Test
    void whereThereAreTooManyTheOneThatHasWaitedLongestMakesPlace() {
        Client busy = client();
        guard.answering(busy.getEndPoint());
        pass(1);
        Client oldest = client();
        pass(1);
        Client younger = client();
        Client newest = client();

        assertThat(guard.open()).isEqualTo(MOST);
        assertThat(oldest.isOpen()).isFalse();
        assertThat(List.of(busy, younger, newest)).allMatch(Client::isOpen);
    }

    @Test
    void whereAllAreBeingAnsweredTheNewOneIsRefused() {
        List<Client> busy = new ArrayList<>();
        for (int i = 0; i < MOST; i++) {
            busy.add(client());
            guard.answering(busy.get(i).getEndPoint());
        }

        assertThat(client().isOpen()).isFalse();
        assertThat(busy).allMatch(Client::isOpen);
    }

    @Test
    void aConnectionThatItsClientHasClosedIsForgotten() {
        Client client = client();
        guard.onClosed(client);
        assertThat(guard.open()).isZero();

        answers(client);
        pass(40);
        assertThat(client.isOpen()).as("nobody's business any more").isTrue();
    }
}
