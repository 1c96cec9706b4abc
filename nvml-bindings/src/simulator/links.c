/* PCIe and NVLink. */
#include "simulator.h"

#define UNSIGNED_ANSWER(function, key)                                        \
    EXPORT nvmlReturn_t function(nvmlDevice_t device, unsigned int *value) { \
        CALL(function, device);                                              \
        return put_unsigned(&call, KEY_##key, value);                        \
    }
UNSIGNED_ANSWER(nvmlDeviceGetCurrPcieLinkGeneration, pcie_gen_current)
UNSIGNED_ANSWER(nvmlDeviceGetMaxPcieLinkGeneration, pcie_gen_max)
UNSIGNED_ANSWER(nvmlDeviceGetGpuMaxPcieLinkGeneration, pcie_gen_gpu_max)
UNSIGNED_ANSWER(nvmlDeviceGetCurrPcieLinkWidth, pcie_width_current)
UNSIGNED_ANSWER(nvmlDeviceGetMaxPcieLinkWidth, pcie_width_max)
UNSIGNED_ANSWER(nvmlDeviceGetPcieReplayCounter, pcie_replay)
UNSIGNED_ANSWER(nvmlDeviceGetPcieSpeed, pcie_speed)
UNSIGNED_ANSWER(nvmlDeviceGetPcieLinkMaxSpeed, pcie_speed_max)

/* The real one measures for 20 ms; slow.nvmlDeviceGetPcieThroughput scripts that where it matters. */
EXPORT nvmlReturn_t nvmlDeviceGetPcieThroughput(nvmlDevice_t device, unsigned int counter, unsigned int *kilobytes) {
    CALL(nvmlDeviceGetPcieThroughput, device);
    if (counter > 1) return NVML_ERROR_INVALID_ARGUMENT;
    return put_unsigned(&call, counter == 0 ? KEY_pcie_tx : KEY_pcie_rx, kilobytes);
}

unsigned int link_count(const struct call *call) {
    unsigned int count = (unsigned int)whole(number(call, KEY_nvlink_count, 0));
    return count < MAX_LINKS ? count : MAX_LINKS;
}

/* A link's own value where the scenario sets one (the last setting), else that of all links. */
const struct value *link_value(const struct call *call, unsigned int link, enum key key) {
    const struct link_value *own = call->gpu->links;
    for (; own != NULL; own = own->next) {
        if (own->link == link && own->key == key) return &own->value;
    }
    return &call->gpu->values[key];
}

bool link_up(const struct call *call, unsigned int link) {
    const struct value *state = link_value(call, link, KEY_nvlink_state);
    return state->kind != NUMBER || value_at(state, call->now) >= 0.5;
}

static nvmlReturn_t check_link(const struct call *call, unsigned int link) {
    if (!has(call, KEY_nvlink_count)) return NVML_ERROR_NOT_SUPPORTED;
    return link < link_count(call) ? NVML_SUCCESS : NVML_ERROR_INVALID_ARGUMENT;
}

static nvmlReturn_t put_link(const struct call *call, unsigned int link, enum key key, unsigned int *out) {
    if (out == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    REFUSE_UNLESS(check_link(call, link));
    const struct value *value = link_value(call, link, key);
    if (value->kind != NUMBER) return NVML_ERROR_NOT_SUPPORTED;
    *out = (unsigned int)whole(value_at(value, call->now));
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetNvLinkState(nvmlDevice_t device, unsigned int link, unsigned int *active) {
    CALL(nvmlDeviceGetNvLinkState, device);
    if (active == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    REFUSE_UNLESS(check_link(&call, link));
    *active = link_up(&call, link);
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetNvLinkVersion(nvmlDevice_t device, unsigned int link, unsigned int *version) {
    CALL(nvmlDeviceGetNvLinkVersion, device);
    return put_link(&call, link, KEY_nvlink_version, version);
}

EXPORT nvmlReturn_t nvmlDeviceGetNvLinkCapability(nvmlDevice_t device, unsigned int link, unsigned int capability,
                                                  unsigned int *result) {
    CALL(nvmlDeviceGetNvLinkCapability, device);
    if (result == NULL || capability > 5) return NVML_ERROR_INVALID_ARGUMENT;
    REFUSE_UNLESS(check_link(&call, link));
    const struct value *own = link_value(&call, link, KEY_nvlink_capability);
    *result = own->kind != NUMBER ? capability != 4 : value_at(own, call.now) != 0; /* 4: an SLI bridge */
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetNvLinkErrorCounter(nvmlDevice_t device, unsigned int link, unsigned int counter,
                                                    unsigned long long *count) {
    CALL(nvmlDeviceGetNvLinkErrorCounter, device);
    if (count == NULL || counter > 4) return NVML_ERROR_INVALID_ARGUMENT;
    REFUSE_UNLESS(check_link(&call, link));
    const struct value *value = link_value(&call, link, (enum key)(KEY_nvlink_errors_replay + counter));
    if (value->kind != NUMBER) return NVML_ERROR_NOT_SUPPORTED;
    *count = whole(value_at(value, call.now));
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetNvLinkRemoteDeviceType(nvmlDevice_t device, unsigned int link, unsigned int *type) {
    CALL(nvmlDeviceGetNvLinkRemoteDeviceType, device);
    return put_link(&call, link, KEY_nvlink_remote_type, type);
}

static nvmlReturn_t remote_pci(const struct call *call, unsigned int link, nvmlPciInfo_t *pci) {
    if (pci == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    REFUSE_UNLESS(check_link(call, link));
    const struct value *remote = link_value(call, link, KEY_nvlink_remote_pci);
    if (remote->kind != TEXT || !link_up(call, link)) return NVML_ERROR_NOT_SUPPORTED;
    return put_pci_info(remote->text, 0, 0, pci);
}

EXPORT nvmlReturn_t nvmlDeviceGetNvLinkRemotePciInfo_v2(nvmlDevice_t device, unsigned int link, nvmlPciInfo_t *pci) {
    CALL(nvmlDeviceGetNvLinkRemotePciInfo_v2, device);
    return remote_pci(&call, link, pci);
}

/* The older struct ends before busId. */
EXPORT nvmlReturn_t nvmlDeviceGetNvLinkRemotePciInfo(nvmlDevice_t device, unsigned int link, void *pci) {
    CALL(nvmlDeviceGetNvLinkRemotePciInfo, device);
    nvmlPciInfo_t info;
    if (pci == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    REFUSE_UNLESS(remote_pci(&call, link, &info));
    __builtin_memcpy(pci, &info, offsetof(nvmlPciInfo_t, busId));
    return NVML_SUCCESS;
}
