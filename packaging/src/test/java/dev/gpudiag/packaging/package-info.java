/** Tests of the product as it is installed, run after it has been put together. */
package dev.gpudiag.packaging;
