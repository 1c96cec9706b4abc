/**
 * The checks, one file each, and {@link dev.gpudiag.checks.catalog.CheckCatalog} that lists them.
 *
 * <p>Depends on {@code dev.gpudiag.checks} and {@code dev.gpudiag.telemetry}. A new check is one file here, one test, and
 * one line in the catalog.
 */
package dev.gpudiag.checks.catalog;
