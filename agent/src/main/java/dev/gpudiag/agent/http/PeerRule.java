package dev.gpudiag.agent.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Who may change what the agent does: root, the agent's own user, and the group {@value #GROUP}.
 *
 * <p>The kernel tells a peer's primary group only; who else belongs to the group stands in {@code /etc/group}, which is read at
 * each request, so that a change counts at once.
 */
public final class PeerRule {

    static final String GROUP = "gpudiag";

    /** What a refused peer is told. */
    static final String REFUSAL = "only root, the agent's own user and members of the group " + GROUP + " may do this";

    private static final int MOST_GROUP_BYTES = 4 << 20;

    private final Set<UserPrincipal> users;
    private final Optional<GroupPrincipal> group;
    private final Path groupFile;

    PeerRule(Set<UserPrincipal> users, Optional<GroupPrincipal> group, Path groupFile) {
        this.users = Set.copyOf(users);
        this.group = group;
        this.groupFile = groupFile;
    }

    /** The rule of this machine and process. */
    public static PeerRule ofThisProcess() throws IOException {
        Path self = Path.of("/proc/self");
        UserPrincipalLookupService names = self.getFileSystem().getUserPrincipalLookupService();
        Optional<GroupPrincipal> group = Optional.empty();
        try {
            group = Optional.of(names.lookupPrincipalByGroupName(GROUP));
        } catch (UserPrincipalNotFoundException e) {
            // a machine without that group: root and the agent's own user
        }
        // "0" is looked up as a name first, and there is none
        UserPrincipal root = names.lookupPrincipalByName("0");
        UserPrincipal own = Files.getOwner(self);
        return new PeerRule(root.equals(own) ? Set.of(root) : Set.of(root, own), group, Path.of("/etc/group"));
    }

    /** The group, where this machine has it. */
    Optional<GroupPrincipal> group() {
        return group;
    }

    boolean allows(Peer peer) {
        return users.contains(peer.user()) || group.filter(peer.group()::equals).isPresent() || isMember(peer);
    }

    private boolean isMember(Peer peer) {
        return group.isPresent()
                && members(group.get().getName()).contains(peer.user().getName());
    }

    private List<String> members(String name) {
        try {
            if (Files.size(groupFile) > MOST_GROUP_BYTES) {
                return List.of();
            }
            // name:password:number:member,member
            return Files.readAllLines(groupFile, StandardCharsets.ISO_8859_1).stream()
                    .map(line -> line.split(":", -1))
                    .filter(fields -> fields.length == 4 && fields[0].equals(name))
                    .flatMap(fields -> List.of(fields[3].split(",", -1)).stream())
                    .filter(member -> !member.isEmpty())
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }
}
