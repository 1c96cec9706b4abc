# The product in an image; glibc, because the NVIDIA runtime mounts a libnvidia-ml.so.1 that needs it.
FROM eclipse-temurin:25-jdk AS build
RUN apt-get update && apt-get install -y --no-install-recommends maven gcc make libc6-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN mvn -B -DskipTests package

FROM debian:12-slim
COPY --from=build /src/packaging/target/gpudiag /usr/lib/gpudiag
RUN ln -s /usr/lib/gpudiag/bin/gpudiag /usr/bin/gpudiag
# what the NVIDIA runtime is to bring in: nvidia-ml, and no CUDA
ENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=utility
USER 65534:65534
EXPOSE 9836
ENTRYPOINT ["/usr/bin/gpudiag"]
CMD ["serve", "--web.listen-address", ":9836"]
