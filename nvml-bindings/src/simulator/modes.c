/* Modes, firmware, fabric and platform. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simulator.h"

#define UNSIGNED_ANSWER(function, key)                                        \
    EXPORT nvmlReturn_t function(nvmlDevice_t device, unsigned int *value) { \
        CALL(function, device);                                              \
        return put_unsigned(&call, KEY_##key, value);                        \
    }
UNSIGNED_ANSWER(nvmlDeviceGetPersistenceMode, persistence_mode)
UNSIGNED_ANSWER(nvmlDeviceGetComputeMode, compute_mode)
UNSIGNED_ANSWER(nvmlDeviceGetDisplayMode, display_mode)
UNSIGNED_ANSWER(nvmlDeviceGetDisplayActive, display_active)
UNSIGNED_ANSWER(nvmlDeviceGetVirtualizationMode, virtualization_mode)

/* This call is given no length; its callers bring 64 bytes. */
EXPORT nvmlReturn_t nvmlDeviceGetGspFirmwareVersion(nvmlDevice_t device, char *version) {
    CALL(nvmlDeviceGetGspFirmwareVersion, device);
    return put_key_text(&call, KEY_gsp_version, version, 64);
}

EXPORT nvmlReturn_t nvmlDeviceGetGspFirmwareMode(nvmlDevice_t device, unsigned int *enabled, unsigned int *standard) {
    CALL(nvmlDeviceGetGspFirmwareMode, device);
    REFUSE_UNLESS(put_unsigned(&call, KEY_gsp_mode, enabled));
    return put_unsigned(&call, has(&call, KEY_gsp_default) ? KEY_gsp_default : KEY_gsp_mode, standard);
}

EXPORT nvmlReturn_t nvmlDeviceGetAddressingMode(nvmlDevice_t device, nvmlDeviceAddressingMode_v1_t *out) {
    CALL(nvmlDeviceGetAddressingMode, device);
    if (out == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    if (out->version != STRUCT_VERSION(nvmlDeviceAddressingMode_v1_t, 1)) return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    return put_unsigned(&call, KEY_addressing_mode, &out->value);
}

/* A GPU with license.product is one for which the vGPU software needs a licence. */
EXPORT nvmlReturn_t nvmlDeviceGetGridLicensableFeatures_v4(nvmlDevice_t device, nvmlGridLicensableFeatures_t *out) {
    CALL(nvmlDeviceGetGridLicensableFeatures_v4, device);
    if (out == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    memset(out, 0, sizeof *out);
    if (!has(&call, KEY_license_product)) return NVML_SUCCESS;
    nvmlGridLicensableFeature_t *feature = &out->gridLicensableFeatures[0];
    out->isGridLicenseSupported = 1;
    out->licensableFeaturesCount = 1;
    feature->featureCode = 4; /* compute */
    feature->featureEnabled = 1;
    feature->featureState = (unsigned int)whole(number(&call, KEY_license_state, 0));
    REFUSE_UNLESS(put_key_text(&call, KEY_license_product, feature->productName, sizeof feature->productName));
    if (!has(&call, KEY_license_expiry)) return NVML_SUCCESS;
    nvmlGridLicenseExpiry_t *expiry = &feature->licenseExpiry;
    int read = sscanf(call.gpu->values[KEY_license_expiry].text, "%4u-%2hu-%2huT%2hu:%2hu:%2hu", &expiry->year,
                      &expiry->month, &expiry->day, &expiry->hour, &expiry->min, &expiry->sec);
    expiry->status = read == 6 ? 2 : 1; /* valid, invalid */
    return NVML_SUCCESS;
}

/* Writes the 16 bytes of a UUID text; what is no hex digit is passed over. */
static void uuid_bytes(const struct call *call, enum key key, unsigned char bytes[16]) {
    memset(bytes, 0, 16);
    if (!has(call, key)) return;
    const char *text = call->gpu->values[key].text;
    for (unsigned int digit = 0; *text != '\0' && digit < 32; text++) {
        static const char hex[] = "0123456789abcdef";
        const char *found = strchr(hex, *text | 0x20);
        if (*text == '-' || found == NULL) continue;
        bytes[digit / 2] = (unsigned char)(bytes[digit / 2] << 4 | (found - hex));
        digit++;
    }
}

EXPORT nvmlReturn_t nvmlDeviceGetGpuFabricInfo(nvmlDevice_t device, nvmlGpuFabricInfo_t *out) {
    CALL(nvmlDeviceGetGpuFabricInfo, device);
    if (out == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    if (!has(&call, KEY_fabric_state)) return NVML_ERROR_NOT_SUPPORTED;
    uuid_bytes(&call, KEY_fabric_cluster, out->clusterUuid);
    out->status = (nvmlReturn_t)whole(number(&call, KEY_fabric_status, 0));
    out->cliqueId = (unsigned int)whole(number(&call, KEY_fabric_clique, 0));
    out->state = (unsigned char)whole(number(&call, KEY_fabric_state, 0));
    return NVML_SUCCESS;
}

/* Versions 2 and 3 differ by one byte at the end. */
EXPORT nvmlReturn_t nvmlDeviceGetGpuFabricInfoV(nvmlDevice_t device, nvmlGpuFabricInfo_v3_t *out) {
    CALL(nvmlDeviceGetGpuFabricInfoV, device);
    if (out == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    bool third = out->version == STRUCT_VERSION(nvmlGpuFabricInfo_v3_t, 3);
    if (!third && out->version != STRUCT_VERSION(nvmlGpuFabricInfo_v2_t, 2)) {
        return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    }
    if (!has(&call, KEY_fabric_state)) return NVML_ERROR_NOT_SUPPORTED;
    uuid_bytes(&call, KEY_fabric_cluster, out->clusterUuid);
    out->status = (nvmlReturn_t)whole(number(&call, KEY_fabric_status, 0));
    out->cliqueId = (unsigned int)whole(number(&call, KEY_fabric_clique, 0));
    out->state = (unsigned char)whole(number(&call, KEY_fabric_state, 0));
    out->healthMask = (unsigned int)whole(number(&call, KEY_fabric_health, 0));
    if (third) out->healthSummary = (unsigned char)whole(number(&call, KEY_fabric_summary, 0));
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetPlatformInfo(nvmlDevice_t device, nvmlPlatformInfo_v2_t *out) {
    CALL(nvmlDeviceGetPlatformInfo, device);
    if (out == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    bool first = out->version == STRUCT_VERSION(nvmlPlatformInfo_v2_t, 1); /* the same shape under older names */
    if (!first && out->version != STRUCT_VERSION(nvmlPlatformInfo_v2_t, 2)) return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    bool known = false;
    for (int key = KEY_platform_chassis; key <= KEY_platform_module; key++) known |= has(&call, (enum key)key);
    if (!known) return NVML_ERROR_NOT_SUPPORTED;
    unsigned int version = out->version;
    memset(out, 0, sizeof *out);
    out->version = version;
    if (has(&call, KEY_platform_chassis)) {
        const char *serial = call.gpu->values[KEY_platform_chassis].text;
        memcpy(out->chassisSerialNumber, serial, strnlen(serial, sizeof out->chassisSerialNumber - 1));
    }
    out->slotNumber = (unsigned char)whole(number(&call, KEY_platform_slot, 0));
    out->trayIndex = (unsigned char)whole(number(&call, KEY_platform_tray, 0));
    out->hostId = (unsigned char)whole(number(&call, KEY_platform_host, 0));
    out->peerType = (unsigned char)whole(number(&call, KEY_platform_peer_type, 0));
    out->moduleId = (unsigned char)whole(number(&call, KEY_platform_module, 0));
    return NVML_SUCCESS;
}
