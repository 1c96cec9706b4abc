/* Which GPUs there are, and what each one is. */
#include <stdlib.h>
#include <string.h>

#include "simulator.h"

bool parse_address(const char *text, struct address *address) {
    char rest;
    *address = (struct address){0};
    return sscanf(text, "%x:%x:%x.%x%c", &address->domain, &address->bus, &address->device, &address->function, &rest)
               == 4
           || sscanf(text, "%x:%x:%x%c", &address->domain, &address->bus, &address->device, &rest) == 3;
}

nvmlReturn_t put_pci_info(const char *bus_id, unsigned int device_id, unsigned int subsystem_id, nvmlPciInfo_t *out) {
    struct address at;
    if (!parse_address(bus_id, &at)) return NVML_ERROR_UNKNOWN;
    memset(out, 0, sizeof *out);
    out->domain = at.domain;
    out->bus = at.bus;
    out->device = at.device;
    out->pciDeviceId = device_id;
    out->pciSubSystemId = subsystem_id;
    snprintf(out->busIdLegacy, sizeof out->busIdLegacy, "%04X:%02X:%02X.%X", at.domain & 0xffff, at.bus & 0xff,
             at.device & 0xff, at.function & 0xf);
    snprintf(out->busId, sizeof out->busId, "%08X:%02X:%02X.%X", at.domain, at.bus & 0xff, at.device & 0xff,
             at.function & 0xf);
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetCount_v2(unsigned int *count) {
    DRIVER_CALL(nvmlDeviceGetCount_v2);
    if (count == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    *count = call.scenario->gpu_count;
    return NVML_SUCCESS;
}

/* The old one counts accessible GPUs only: those whose handle can be had. */
EXPORT nvmlReturn_t nvmlDeviceGetCount(unsigned int *count) {
    DRIVER_CALL(nvmlDeviceGetCount);
    if (count == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    *count = 0;
    for (unsigned int gpu = 0; gpu < call.scenario->gpu_count; gpu++) {
        *count += call_enter_gpu(&call, FN_nvmlDeviceGetHandleByIndex, gpu) == NVML_SUCCESS;
    }
    return NVML_SUCCESS;
}

static nvmlReturn_t handle_of(struct call *call, enum function function, unsigned int gpu, int mig, nvmlDevice_t *out) {
    nvmlReturn_t code = call_enter_gpu(call, function, gpu);
    if (code == NVML_SUCCESS) *out = device_handle(gpu, mig);
    return code;
}

EXPORT nvmlReturn_t nvmlDeviceGetHandleByIndex_v2(unsigned int index, nvmlDevice_t *device) {
    DRIVER_CALL(nvmlDeviceGetHandleByIndex_v2);
    if (device == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    return handle_of(&call, FN_nvmlDeviceGetHandleByIndex_v2, index, -1, device);
}

/* Its index runs over accessible GPUs only. */
EXPORT nvmlReturn_t nvmlDeviceGetHandleByIndex(unsigned int index, nvmlDevice_t *device) {
    DRIVER_CALL(nvmlDeviceGetHandleByIndex);
    if (device == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    unsigned int seen = 0;
    for (unsigned int gpu = 0; gpu < call.scenario->gpu_count; gpu++) {
        if (call_enter_gpu(&call, FN_nvmlDeviceGetHandleByIndex, gpu) != NVML_SUCCESS || seen++ != index) continue;
        *device = device_handle(gpu, -1);
        return NVML_SUCCESS;
    }
    return NVML_ERROR_INVALID_ARGUMENT;
}

static bool text_is(const struct gpu *gpu, enum key key, const char *text) {
    return gpu->values[key].kind == TEXT && strcmp(gpu->values[key].text, text) == 0;
}

EXPORT nvmlReturn_t nvmlDeviceGetHandleByUUID(const char *uuid, nvmlDevice_t *device) {
    DRIVER_CALL(nvmlDeviceGetHandleByUUID);
    if (uuid == NULL || device == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    for (unsigned int index = 0; index < call.scenario->gpu_count; index++) {
        const struct gpu *gpu = &call.scenario->gpus[index];
        if (text_is(gpu, KEY_uuid, uuid)) return handle_of(&call, FN_nvmlDeviceGetHandleByUUID, index, -1, device);
        for (int mig = 0; mig < MAX_MIG; mig++) {
            if (!gpu->mig[mig].present || strcmp(gpu->mig[mig].uuid, uuid) != 0) continue;
            return handle_of(&call, FN_nvmlDeviceGetHandleByUUID, index, mig, device);
        }
    }
    return NVML_ERROR_NOT_FOUND;
}

EXPORT nvmlReturn_t nvmlDeviceGetHandleBySerial(const char *serial, nvmlDevice_t *device) {
    DRIVER_CALL(nvmlDeviceGetHandleBySerial);
    if (serial == NULL || device == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    for (unsigned int index = 0; index < call.scenario->gpu_count; index++) {
        if (!text_is(&call.scenario->gpus[index], KEY_serial, serial)) continue;
        return handle_of(&call, FN_nvmlDeviceGetHandleBySerial, index, -1, device);
    }
    return NVML_ERROR_NOT_FOUND;
}

static nvmlReturn_t handle_by_address(struct call *call, enum function function, const char *text, nvmlDevice_t *out) {
    struct address asked, found;
    if (text == NULL || out == NULL || !parse_address(text, &asked)) return NVML_ERROR_INVALID_ARGUMENT;
    for (unsigned int index = 0; index < call->scenario->gpu_count; index++) {
        const struct value *bus_id = &call->scenario->gpus[index].values[KEY_pci_bus_id];
        if (bus_id->kind != TEXT || !parse_address(bus_id->text, &found)) continue;
        if (memcmp(&asked, &found, sizeof asked) == 0) return handle_of(call, function, index, -1, out);
    }
    return NVML_ERROR_NOT_FOUND;
}

EXPORT nvmlReturn_t nvmlDeviceGetHandleByPciBusId(const char *bus_id, nvmlDevice_t *device) {
    DRIVER_CALL(nvmlDeviceGetHandleByPciBusId);
    return handle_by_address(&call, FN_nvmlDeviceGetHandleByPciBusId, bus_id, device);
}

EXPORT nvmlReturn_t nvmlDeviceGetHandleByPciBusId_v2(const char *bus_id, nvmlDevice_t *device) {
    DRIVER_CALL(nvmlDeviceGetHandleByPciBusId_v2);
    return handle_by_address(&call, FN_nvmlDeviceGetHandleByPciBusId_v2, bus_id, device);
}

EXPORT nvmlReturn_t nvmlDeviceGetName(nvmlDevice_t device, char *name, unsigned int length) {
    CALL(nvmlDeviceGetName, device);
    if (call.mig == NULL || !has(&call, KEY_name)) return put_key_text(&call, KEY_name, name, length);
    char text[96];
    snprintf(text, sizeof text, "%s MIG %s", call.gpu->values[KEY_name].text, call.mig->profile);
    return put_text(text, name, length);
}

EXPORT nvmlReturn_t nvmlDeviceGetUUID(nvmlDevice_t device, char *uuid, unsigned int length) {
    CALL(nvmlDeviceGetUUID, device);
    return call.mig == NULL ? put_key_text(&call, KEY_uuid, uuid, length) : put_text(call.mig->uuid, uuid, length);
}

#define TEXT_ANSWER(function, key)                                                     \
    EXPORT nvmlReturn_t function(nvmlDevice_t device, char *text, unsigned int length) { \
        CALL(function, device);                                                        \
        return put_key_text(&call, KEY_##key, text, length);                           \
    }
TEXT_ANSWER(nvmlDeviceGetSerial, serial)
TEXT_ANSWER(nvmlDeviceGetBoardPartNumber, board_part_number)
TEXT_ANSWER(nvmlDeviceGetVbiosVersion, vbios)
TEXT_ANSWER(nvmlDeviceGetInforomImageVersion, inforom_image)

#define UNSIGNED_ANSWER(function, key)                                        \
    EXPORT nvmlReturn_t function(nvmlDevice_t device, unsigned int *value) { \
        CALL(function, device);                                              \
        return put_unsigned(&call, KEY_##key, value);                        \
    }
UNSIGNED_ANSWER(nvmlDeviceGetBrand, brand)
UNSIGNED_ANSWER(nvmlDeviceGetArchitecture, architecture)
UNSIGNED_ANSWER(nvmlDeviceGetInforomConfigurationChecksum, inforom_checksum)
UNSIGNED_ANSWER(nvmlDeviceGetModuleId, module_id)
UNSIGNED_ANSWER(nvmlDeviceGetIrqNum, irq)
UNSIGNED_ANSWER(nvmlDeviceGetNumGpuCores, cores)

EXPORT nvmlReturn_t nvmlDeviceGetInforomVersion(nvmlDevice_t device, unsigned int object, char *text,
                                                unsigned int length) {
    CALL(nvmlDeviceGetInforomVersion, device);
    if (object > 2) return NVML_ERROR_INVALID_ARGUMENT;
    return put_key_text(&call, (enum key)(KEY_inforom_oem + object), text, length);
}

EXPORT nvmlReturn_t nvmlDeviceValidateInforom(nvmlDevice_t device) {
    CALL(nvmlDeviceValidateInforom, device);
    if (!has(&call, KEY_inforom_valid)) return NVML_ERROR_NOT_SUPPORTED;
    return number(&call, KEY_inforom_valid, 1) != 0 ? NVML_SUCCESS : NVML_ERROR_CORRUPTED_INFOROM;
}

static nvmlReturn_t pci_info(const struct call *call, nvmlPciInfo_t *out) {
    if (!has(call, KEY_pci_bus_id)) return NVML_ERROR_NOT_SUPPORTED;
    return put_pci_info(call->gpu->values[KEY_pci_bus_id].text, (unsigned int)number(call, KEY_pci_device_id, 0),
                        (unsigned int)number(call, KEY_pci_subsystem_id, 0), out);
}

EXPORT nvmlReturn_t nvmlDeviceGetPciInfo_v3(nvmlDevice_t device, nvmlPciInfo_t *pci) {
    CALL(nvmlDeviceGetPciInfo_v3, device);
    return pci == NULL ? NVML_ERROR_INVALID_ARGUMENT : pci_info(&call, pci);
}

/* The older struct ends before busId; its reserved words stay untouched. */
static nvmlReturn_t old_pci_info(const struct call *call, void *out) {
    nvmlPciInfo_t whole_info;
    if (out == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    nvmlReturn_t code = pci_info(call, &whole_info);
    if (code == NVML_SUCCESS) memcpy(out, &whole_info, offsetof(nvmlPciInfo_t, busId));
    return code;
}

EXPORT nvmlReturn_t nvmlDeviceGetPciInfo(nvmlDevice_t device, void *pci) {
    CALL(nvmlDeviceGetPciInfo, device);
    return old_pci_info(&call, pci);
}

EXPORT nvmlReturn_t nvmlDeviceGetPciInfo_v2(nvmlDevice_t device, void *pci) {
    CALL(nvmlDeviceGetPciInfo_v2, device);
    return old_pci_info(&call, pci);
}

EXPORT nvmlReturn_t nvmlDeviceGetPciInfoExt(nvmlDevice_t device, nvmlPciInfoExt_v1_t *pci) {
    CALL(nvmlDeviceGetPciInfoExt, device);
    if (pci == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    if (pci->version != STRUCT_VERSION(nvmlPciInfoExt_v1_t, 1)) return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    nvmlPciInfo_t info;
    REFUSE_UNLESS(pci_info(&call, &info));
    pci->domain = info.domain;
    pci->bus = info.bus;
    pci->device = info.device;
    pci->pciDeviceId = info.pciDeviceId;
    pci->pciSubSystemId = info.pciSubSystemId;
    pci->baseClass = 3; /* display controller */
    pci->subClass = (unsigned int)number(&call, KEY_pci_sub_class, 2);
    memcpy(pci->busId, info.busId, sizeof pci->busId);
    return NVML_SUCCESS;
}

/* Numbers that every GPU has: a default where the scenario names none. */
static nvmlReturn_t put_or(const struct call *call, enum key key, unsigned int otherwise, unsigned int *out) {
    if (out == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    *out = (unsigned int)whole(number(call, key, otherwise));
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetMinorNumber(nvmlDevice_t device, unsigned int *minor) {
    CALL(nvmlDeviceGetMinorNumber, device);
    return put_or(&call, KEY_minor, call.index, minor);
}

EXPORT nvmlReturn_t nvmlDeviceGetIndex(nvmlDevice_t device, unsigned int *index) {
    CALL(nvmlDeviceGetIndex, device);
    if (index == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    *index = device->mig < 0 ? call.index : (unsigned int)device->mig;
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetMultiGpuBoard(nvmlDevice_t device, unsigned int *multi) {
    CALL(nvmlDeviceGetMultiGpuBoard, device);
    return put_or(&call, KEY_multi_gpu_board, 0, multi);
}

EXPORT nvmlReturn_t nvmlDeviceGetBoardId(nvmlDevice_t device, unsigned int *board) {
    CALL(nvmlDeviceGetBoardId, device);
    struct address at = {0};
    if (has(&call, KEY_pci_bus_id)) parse_address(call.gpu->values[KEY_pci_bus_id].text, &at);
    return put_or(&call, KEY_board_id, at.bus << 8, board);
}

EXPORT nvmlReturn_t nvmlDeviceOnSameBoard(nvmlDevice_t one, nvmlDevice_t other, int *same) {
    CALL(nvmlDeviceOnSameBoard, one);
    if (!device_known(other) || same == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    *same = one->gpu == other->gpu;
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetCudaComputeCapability(nvmlDevice_t device, int *major, int *minor) {
    CALL(nvmlDeviceGetCudaComputeCapability, device);
    if (major == NULL || minor == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    if (!has(&call, KEY_compute_capability)) return NVML_ERROR_NOT_SUPPORTED;
    const char *text = call.gpu->values[KEY_compute_capability].text;
    return sscanf(text, "%d.%d", major, minor) == 2 ? NVML_SUCCESS : NVML_ERROR_UNKNOWN;
}

EXPORT nvmlReturn_t nvmlDeviceGetBusType(nvmlDevice_t device, unsigned int *type) {
    CALL(nvmlDeviceGetBusType, device);
    if (type == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    *type = 2; /* NVML_BUS_TYPE_PCIE */
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetLastBBXFlushTime(nvmlDevice_t device, unsigned long long *timestamp,
                                                  unsigned long *duration) {
    CALL(nvmlDeviceGetLastBBXFlushTime, device);
    if (timestamp == NULL || duration == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    *duration = (unsigned long)whole(number(&call, KEY_bbx_duration, 0));
    return put_long(&call, KEY_bbx_timestamp, timestamp);
}
