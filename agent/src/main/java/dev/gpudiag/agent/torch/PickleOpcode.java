package dev.gpudiag.agent.torch;

import java.util.Optional;

/**
 * Every opcode of pickle protocols 0 to 5, as {@code pickletools} names them.
 *
 * <p>Accepted are those that make plain containers, texts and numbers, the text opcodes of protocols 0 and 1 included.
 * Refused are all that look up or call something, and all that no memory snapshot needs.
 */
enum PickleOpcode {
    PROTO(0x80),
    FRAME(0x95),
    STOP('.'),
    MARK('('),
    NONE('N'),
    NEWTRUE(0x88),
    NEWFALSE(0x89),
    INT('I'),
    LONG('L'),
    BININT('J'),
    BININT1('K'),
    BININT2('M'),
    LONG1(0x8a),
    LONG4(0x8b),
    FLOAT('F'),
    BINFLOAT('G'),
    UNICODE('V'),
    SHORT_BINUNICODE(0x8c),
    BINUNICODE('X'),
    BINUNICODE8(0x8d),
    EMPTY_LIST(']'),
    APPEND('a'),
    APPENDS('e'),
    LIST('l'),
    EMPTY_TUPLE(')'),
    TUPLE('t'),
    TUPLE1(0x85),
    TUPLE2(0x86),
    TUPLE3(0x87),
    EMPTY_DICT('}'),
    DICT('d'),
    SETITEM('s'),
    SETITEMS('u'),
    GET('g'),
    BINGET('h'),
    LONG_BINGET('j'),
    PUT('p'),
    BINPUT('q'),
    LONG_BINPUT('r'),
    MEMOIZE(0x94),

    GLOBAL('c', Refusal.CODE),
    STACK_GLOBAL(0x93, Refusal.CODE),
    REDUCE('R', Refusal.CODE),
    BUILD('b', Refusal.CODE),
    INST('i', Refusal.CODE),
    OBJ('o', Refusal.CODE),
    NEWOBJ(0x81, Refusal.CODE),
    NEWOBJ_EX(0x92, Refusal.CODE),
    PERSID('P', Refusal.CODE),
    BINPERSID('Q', Refusal.CODE),
    EXT1(0x82, Refusal.CODE),
    EXT2(0x83, Refusal.CODE),
    EXT4(0x84, Refusal.CODE),
    NEXT_BUFFER(0x97, Refusal.CODE),
    READONLY_BUFFER(0x98, Refusal.CODE),

    STRING('S', Refusal.NOT_NEEDED),
    BINSTRING('T', Refusal.NOT_NEEDED),
    SHORT_BINSTRING('U', Refusal.NOT_NEEDED),
    BINBYTES('B', Refusal.NOT_NEEDED),
    SHORT_BINBYTES('C', Refusal.NOT_NEEDED),
    BINBYTES8(0x8e, Refusal.NOT_NEEDED),
    BYTEARRAY8(0x96, Refusal.NOT_NEEDED),
    EMPTY_SET(0x8f, Refusal.NOT_NEEDED),
    ADDITEMS(0x90, Refusal.NOT_NEEDED),
    FROZENSET(0x91, Refusal.NOT_NEEDED),
    POP('0', Refusal.NOT_NEEDED),
    POP_MARK('1', Refusal.NOT_NEEDED),
    DUP('2', Refusal.NOT_NEEDED);

    /** Why an opcode is refused. */
    enum Refusal {
        CODE("could run code"),
        NOT_NEEDED("is in no memory snapshot");

        private final String text;

        Refusal(String text) {
            this.text = text;
        }
    }

    private static final PickleOpcode[] BY_CODE = new PickleOpcode[256];

    static {
        for (PickleOpcode opcode : values()) {
            BY_CODE[opcode.code] = opcode;
        }
    }

    private final int code;
    private final Refusal refusal;

    PickleOpcode(int code) {
        this(code, null);
    }

    PickleOpcode(int code, Refusal refusal) {
        this.code = code;
        this.refusal = refusal;
    }

    /** The opcode of a byte; null for a byte that is none. */
    static PickleOpcode of(int code) {
        return BY_CODE[code];
    }

    /** Why it is refused, in words; empty for an opcode that is accepted. */
    Optional<String> refused() {
        return Optional.ofNullable(refusal).map(why -> why.text);
    }

    /** Whether it remembers the value on top and pushes nothing. */
    boolean memoizes() {
        return this == PUT || this == BINPUT || this == LONG_BINPUT || this == MEMOIZE;
    }
}
