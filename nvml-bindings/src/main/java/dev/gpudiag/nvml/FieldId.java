package dev.gpudiag.nvml;

import java.util.OptionalInt;

/**
 * Numbers for {@link NvmlDevice#fieldValues}: nvml.h's NVML_FI_DEV_x, those that kept their number since they appeared.
 *
 * <p>A field that was renumbered between drivers has no constant: it is a method that takes the driver's branch (535 of
 * 535.309.01) and answers with nothing where that driver gives the number another meaning.
 */
public final class FieldId {
    public static final int ECC_CURRENT = 1;
    public static final int ECC_PENDING = 2;
    public static final int ECC_SBE_VOL_TOTAL = 3;
    public static final int ECC_DBE_VOL_TOTAL = 4;
    public static final int ECC_SBE_AGG_TOTAL = 5;
    public static final int ECC_DBE_AGG_TOTAL = 6;
    public static final int RETIRED_SBE = 29;
    public static final int RETIRED_DBE = 30;
    public static final int RETIRED_PENDING = 31;
    public static final int NVLINK_CRC_FLIT_ERROR_COUNT_TOTAL = 38;
    public static final int NVLINK_CRC_DATA_ERROR_COUNT_TOTAL = 45;
    public static final int NVLINK_REPLAY_ERROR_COUNT_TOTAL = 52;
    public static final int NVLINK_RECOVERY_ERROR_COUNT_TOTAL = 59;
    public static final int CLOCKS_EVENT_REASON_SW_POWER_CAP = 74;
    public static final int PERF_POLICY_THERMAL = 75;
    public static final int CLOCKS_EVENT_REASON_SYNC_BOOST = 76;
    public static final int PERF_POLICY_BOARD_LIMIT = 77;
    public static final int PERF_POLICY_LOW_UTILIZATION = 78;
    public static final int PERF_POLICY_RELIABILITY = 79;
    public static final int PERF_POLICY_TOTAL_APP_CLOCKS = 80;
    public static final int PERF_POLICY_TOTAL_BASE_CLOCKS = 81;
    public static final int MEMORY_TEMP = 82;
    public static final int TOTAL_ENERGY_CONSUMPTION = 83;
    public static final int NVLINK_SPEED_MBPS_COMMON = 90;
    public static final int NVLINK_LINK_COUNT = 91;
    public static final int RETIRED_PENDING_SBE = 92;
    public static final int RETIRED_PENDING_DBE = 93;
    public static final int PCIE_REPLAY_COUNTER = 94;
    public static final int PCIE_REPLAY_ROLLOVER_COUNTER = 95;
    public static final int NVLINK_THROUGHPUT_DATA_TX = 138;
    public static final int NVLINK_THROUGHPUT_DATA_RX = 139;
    public static final int NVLINK_THROUGHPUT_RAW_TX = 140;
    public static final int NVLINK_THROUGHPUT_RAW_RX = 141;
    public static final int REMAPPED_COR = 142;
    public static final int REMAPPED_UNC = 143;
    public static final int REMAPPED_PENDING = 144;
    public static final int REMAPPED_FAILURE = 145;
    public static final int NVLINK_REMOTE_NVLINK_ID = 146;
    public static final int NVSWITCH_CONNECTED_LINK_COUNT = 147;
    public static final int NVLINK_ECC_DATA_ERROR_COUNT_TOTAL = 160;
    public static final int NVLINK_ERROR_DL_REPLAY = 161;
    public static final int NVLINK_ERROR_DL_RECOVERY = 162;
    public static final int NVLINK_ERROR_DL_CRC = 163;
    public static final int NVLINK_GET_SPEED = 164;
    public static final int NVLINK_GET_STATE = 165;
    public static final int NVLINK_GET_VERSION = 166;
    public static final int NVLINK_GET_POWER_STATE = 167;
    public static final int PCIE_L0_TO_RECOVERY_COUNTER = 169;
    public static final int C2C_LINK_COUNT = 170;
    public static final int C2C_LINK_GET_STATUS = 171;
    public static final int C2C_LINK_GET_MAX_BW = 172;
    public static final int PCIE_COUNT_CORRECTABLE_ERRORS = 173;
    public static final int PCIE_COUNT_NAKS_RECEIVED = 174;
    public static final int PCIE_COUNT_RECEIVER_ERROR = 175;
    public static final int PCIE_COUNT_BAD_TLP = 176;
    public static final int PCIE_COUNT_NAKS_SENT = 177;
    public static final int PCIE_COUNT_BAD_DLLP = 178;
    public static final int PCIE_COUNT_NON_FATAL_ERROR = 179;
    public static final int PCIE_COUNT_FATAL_ERROR = 180;
    public static final int PCIE_COUNT_UNSUPPORTED_REQ = 181;
    public static final int PCIE_COUNT_LCRC_ERROR = 182;
    public static final int PCIE_COUNT_LANE_ERROR = 183;
    public static final int IS_RESETLESS_MIG_SUPPORTED = 184;
    public static final int POWER_AVERAGE = 185;
    public static final int POWER_INSTANT = 186;
    public static final int POWER_MIN_LIMIT = 187;
    public static final int POWER_MAX_LIMIT = 188;
    public static final int POWER_DEFAULT_LIMIT = 189;
    public static final int POWER_CURRENT_LIMIT = 190;
    public static final int ENERGY = 191;
    public static final int POWER_REQUESTED_LIMIT = 192;
    public static final int TEMPERATURE_SHUTDOWN_TLIMIT = 193;
    public static final int TEMPERATURE_SLOWDOWN_TLIMIT = 194;
    public static final int TEMPERATURE_MEM_MAX_TLIMIT = 195;
    public static final int TEMPERATURE_GPU_MAX_TLIMIT = 196;
    public static final int PCIE_COUNT_TX_BYTES = 197;
    public static final int PCIE_COUNT_RX_BYTES = 198;
    public static final int NVLINK_COUNT_XMIT_PACKETS = 201;
    public static final int NVLINK_COUNT_XMIT_BYTES = 202;
    public static final int NVLINK_COUNT_RCV_PACKETS = 203;
    public static final int NVLINK_COUNT_RCV_BYTES = 204;
    public static final int NVLINK_COUNT_VL15_DROPPED = 205;
    public static final int NVLINK_COUNT_MALFORMED_PACKET_ERRORS = 206;
    public static final int NVLINK_COUNT_BUFFER_OVERRUN_ERRORS = 207;
    public static final int NVLINK_COUNT_RCV_ERRORS = 208;
    public static final int NVLINK_COUNT_RCV_REMOTE_ERRORS = 209;
    public static final int NVLINK_COUNT_RCV_GENERAL_ERRORS = 210;
    public static final int NVLINK_COUNT_LOCAL_LINK_INTEGRITY_ERRORS = 211;
    public static final int NVLINK_COUNT_XMIT_DISCARDS = 212;
    public static final int NVLINK_COUNT_LINK_RECOVERY_SUCCESSFUL_EVENTS = 213;
    public static final int NVLINK_COUNT_LINK_RECOVERY_FAILED_EVENTS = 214;
    public static final int NVLINK_COUNT_LINK_RECOVERY_EVENTS = 215;
    public static final int NVLINK_COUNT_RAW_BER = 218;
    public static final int NVLINK_COUNT_EFFECTIVE_ERRORS = 219;
    public static final int NVLINK_COUNT_EFFECTIVE_BER = 220;
    public static final int NVLINK_COUNT_SYMBOL_ERRORS = 221;
    public static final int NVLINK_COUNT_SYMBOL_BER = 222;
    public static final int RESET_STATUS = 226;
    public static final int DRAIN_AND_RESET_STATUS = 227;
    public static final int PCIE_OUTBOUND_ATOMICS_MASK = 228;
    public static final int PCIE_INBOUND_ATOMICS_MASK = 229;
    public static final int GET_GPU_RECOVERY_ACTION = 230;
    public static final int C2C_LINK_ERROR_INTR = 231;
    public static final int C2C_LINK_ERROR_REPLAY = 232;
    public static final int C2C_LINK_ERROR_REPLAY_B2B = 233;
    public static final int C2C_LINK_POWER_STATE = 234;

    private static final int FIRST_WITH_SLOWDOWN_COUNTERS = 575;
    private static final int FIRST_RENUMBERED = 590;

    private FieldId() {}

    /** Nanoseconds of software thermal slowdown; from R575. */
    public static OptionalInt clocksEventReasonSwThermSlowdown(int branch) {
        return renumbered(branch, 251, 269);
    }

    /** Nanoseconds of hardware thermal slowdown; from R575. */
    public static OptionalInt clocksEventReasonHwThermSlowdown(int branch) {
        return renumbered(branch, 252, 270);
    }

    /** Nanoseconds of slowdown by the external power brake; from R575. */
    public static OptionalInt clocksEventReasonHwPowerBrakeSlowdown(int branch) {
        return renumbered(branch, 253, 271);
    }

    private static OptionalInt renumbered(int branch, int numberInR575, int numberFromR590) {
        if (branch < FIRST_WITH_SLOWDOWN_COUNTERS) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(branch < FIRST_RENUMBERED ? numberInR575 : numberFromR590);
    }
}
